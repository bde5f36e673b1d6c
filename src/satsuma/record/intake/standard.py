"""Standard names: those by which a replay takes refused rows, whatever columns they came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from satsuma.kernel.text import nfc


def standard_row(
    row: Mapping[str, Any], columns: Mapping[str, str], fixed: Mapping[str, object]
) -> dict[str, Any] | str:
    """A row with its key and times under their standard names.

    Args:
        row: As it came, perhaps nested.
        columns: Standard name → the (dotted) name of the column that it came in.
        fixed: Standard name → what was said of all rows.

    Returns:
        The row; or the standard name that the row gives to something else, so that there is no such row.
    """
    renamed = {name: column for name, column in columns.items() if name != column}
    paths = {name: _path(row, column) for name, column in renamed.items()}
    kept = {column for name, column in columns.items() if name == column}
    rest = dict(row)
    for name, path in paths.items():
        if path is not None and renamed[name] not in kept:
            rest = _without(rest, path)
    for name in [*renamed, *fixed]:
        path = _path(rest, name)
        if path is None:
            continue
        if _at(rest, path) not in (None, "", []):
            return name
        rest = _without(rest, path)
    found = {name: _at(row, path) for name, path in paths.items() if path is not None}
    return {**found, **fixed, **rest}


def _path(row: Mapping[str, Any], name: str, prefix: str = "") -> list[str] | None:
    """The keys that lead to the value of a dotted name."""
    for key, value in row.items():
        here = prefix + nfc(key)
        if here == name:
            return [key]
        if isinstance(value, Mapping) and name.startswith(f"{here}."):
            path = _path(value, name, f"{here}.")
            if path is not None:
                return [key, *path]
    return None


def _at(row: Mapping[str, Any], path: list[str]) -> Any:
    value: Any = row
    for key in path:
        value = value[key]
    return value


def _without(row: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    """The row without the value at a path, and without objects that are empty then."""
    key, *inner = path
    rest = dict(row)
    if inner and (deeper := _without(rest[key], inner)):
        rest[key] = deeper
    else:
        rest.pop(key, None)
    return rest
