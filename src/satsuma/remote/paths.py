"""Paths: which arguments of calls name files, since a name means another file elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from satsuma.commit.catalogs import Catalogs
from satsuma.kernel.errors import UsageError


@cache
def path_parameters(method: Callable[..., object]) -> frozenset[str]:
    """The parameters of a method that take names of files, by their annotations."""
    found = inspect.signature(method).parameters.values()
    return frozenset(one.name for one in found if "Path" in str(one.annotation))


def absolute(value: Any) -> Any:
    """A name of a file, or several, as it means the same in another directory."""
    match value:
        case str():
            return str(Path(value).expanduser().absolute())
        case Path():
            return value.expanduser().absolute()
        case Mapping() | None:
            return value
        case Iterable():
            return [absolute(one) for one in value]
        case _:
            return value


def as_given(message: str, given: Iterable[Any]) -> str:
    """A message in which names of files are those that were given, not what `absolute` made of them."""
    for value in given:
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, str | Path):
                message = message.replace(str(absolute(one)), str(one))
    return message


def is_catalog_text(declared: object) -> bool:
    """Whether what `catalog.apply` is given is a declaration itself, and not the name of a file."""
    is_text = isinstance(declared, str) and ("\n" in declared or declared.lstrip()[:1] in ("{", ""))
    return is_text or isinstance(declared, Mapping)


def refuse_files(method: Callable[..., object], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Refuse a call that names files, for a caller who may not.

    Raises:
        UsageError: It does.
    """
    names = path_parameters(method)
    if not names:
        return
    bound = inspect.signature(method).bind(*arguments, **named).arguments
    for name in names & bound.keys():
        value = bound[name]
        if value is None or (getattr(method, "__func__", None) is Catalogs.apply and is_catalog_text(value)):
            continue
        raise UsageError(
            "files are read and written where the workspace is, and this connection is not from there",
            code="remote.files",
            hint="give what they hold instead: rows to `upsert` and `append`, a definition to `create`",
        )
