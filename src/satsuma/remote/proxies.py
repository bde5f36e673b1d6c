"""Proxies: objects that stand for those of another process, with the same methods and properties.

The class of a proxy derives from the class that it stands for, so it is one to `isinstance`, to an editor and
to `help`; each public method is replaced by a call.
"""

from __future__ import annotations

import functools
import inspect
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Protocol

from satsuma.catalog.declare import read as read_declared
from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import Error, UsageError
from satsuma.language.binding import NO_NAMES
from satsuma.remote.paths import absolute, as_given, is_catalog_text, path_parameters
from satsuma.remote.served import Served, served

NONE: Mapping[str, Any] = MappingProxyType({})
"""No arguments by name."""

_WAIT_S = 5.0
"""So long at most a job is waited for in one call, so that a caller who has gone is noticed."""


class Caller(Protocol):
    """What carries out the calls of proxies."""

    files: bool
    """Whether names of files mean the same on the other side."""
    path: Path | None
    """The workspace's directory, where it was named by that."""

    def ask(
        self, id: int, do: str, name: str, arguments: Sequence[Any] = (), named: Mapping[str, Any] = NONE
    ) -> Any:
        """Call or read something of an object."""
        ...

    def stream(self, id: int, name: str) -> Iterator[Any]:
        """Call what gives one item after the other."""
        ...

    def forget(self, id: int) -> None:
        """Nobody here refers to an object any more."""
        ...

    def close(self) -> None:
        """End."""
        ...


def proxy(caller: Caller, id: int, kind: str, json: str | None = None) -> Any:
    """An object that stands for one of another process.

    Args:
        caller: To ask.
        id: Of the object.
        kind: Name of its served class.
        json: Of a definition.
    """
    found: Any = object.__new__(_proxy_class(kind))
    object.__setattr__(found, "_caller", caller)
    object.__setattr__(found, "_id", id)
    if json is not None:
        parsed = Definition.from_json(json)
        for name, value in (("source", parsed.source), ("parsed", None), ("names", NO_NAMES)):
            object.__setattr__(found, name, value)
    if id:
        weakref.finalize(found, caller.forget, id).atexit = False
    return found


def reference(value: Any, caller: Caller) -> int | None:
    """The id of the object that a proxy stands for; None for anything else."""
    state = getattr(value, "__dict__", None) or {}
    if "_caller" not in state:
        return None
    if state["_caller"] is not caller:
        raise UsageError("found an object of another connection", code="remote.value")
    id: int = state["_id"]
    return id


@cache
def _proxy_class(kind: str) -> type:
    found = served(kind)
    members: dict[str, Any] = {"__module__": __name__, "__doc__": found.kind.__doc__}
    for name in found.reads:
        members[name] = _reading(found, name)
    for name in found.calls:
        members[name] = _calling(found, name)
    members |= _HERE.get(found.kind.__name__, {})
    return type(f"Remote{found.kind.__name__}", (found.kind,), members)


def _reading(found: Served, name: str) -> property:
    def read(self: Any) -> Any:
        return self._caller.ask(self._id, "read", name)

    there = inspect.getattr_static(found.kind, name, None)
    return property(read, doc=there.__doc__ if isinstance(there, property) else None)


def _calling(found: Served, name: str) -> Callable[..., Any]:
    method: Callable[..., Any] = getattr(found.kind, name)
    if name == "__iter__":

        def iterate(self: Any) -> Iterator[Any]:
            # `self` stays alive until the last item: nobody may let go of what is gone through.
            yield from self._caller.stream(self._id, name)

        return functools.wraps(method)(iterate)
    signature, paths = inspect.signature(method), path_parameters(method)

    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        bound = signature.bind(self, *arguments, **named)
        if not paths or not self._caller.files:
            return self._caller.ask(self._id, "call", name, bound.args[1:], bound.kwargs)
        given = {path: bound.arguments[path] for path in paths & bound.arguments.keys()}
        bound.arguments |= {path: absolute(value) for path, value in given.items()}
        try:
            return self._caller.ask(self._id, "call", name, bound.args[1:], bound.kwargs)
        except Error as error:
            error.message = as_given(error.message, given.values())
            raise

    return functools.wraps(method)(call)


def _apply_catalog(self: Any, declared: Any) -> Any:
    if not is_catalog_text(declared):
        read_declared(declared)  # raises as it would there, by the name that was given here
        declared = Path(declared).read_text(encoding="utf-8-sig") + "\n"
    return self._caller.ask(self._id, "call", "apply", (declared,))


def _export_segments(self: Any, folder: Any) -> Any:
    there = absolute(folder) if self._caller.files else folder
    try:
        files = self._caller.ask(self._id, "call", "export", (there,))
    except Error as error:
        error.message = as_given(error.message, [folder])
        raise
    return tuple(Path(folder) / file.relative_to(there) for file in files)


def _path(self: Any) -> Any:
    """Its directory, as it was named here."""
    return self._caller.path or self._caller.ask(self._id, "read", "path")


def _wait(self: Any, timeout_s: float | None = None) -> Any:
    end = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        left = _WAIT_S if end is None else min(_WAIT_S, max(0.0, end - time.monotonic()))
        try:
            return self._caller.ask(self._id, "call", "wait", (left,))
        except TimeoutError:
            if end is not None and time.monotonic() >= end:
                raise


def _settle(self: Any) -> None:
    while self.state == "running":
        time.sleep(0.05)


def _close(self: Any) -> None:
    self._caller.close()


def _exit(
    self: Any, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> None:
    del kind, error, trace
    self._caller.close()


_HERE: dict[str, dict[str, Any]] = {
    "Catalogs": {"apply": _apply_catalog},
    "Job": {"settle": _settle, "wait": _wait},
    "Segments": {"export": _export_segments},
    "Workspace": {"__exit__": _exit, "close": _close, "path": property(_path)},
}
