"""Output: tables for people, JSON for machines, errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from satsuma.kernel.errors import DefinitionError, Error
from satsuma.kernel.instants import format_instant, format_local
from satsuma.kernel.zones import zone
from satsuma.language.problems import Problem
from satsuma.language.text import parse_located


def print_json(value: object) -> None:
    """One JSON value on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain, indent=2))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> None:
    """A table.

    Args:
        columns: Headings.
        rows: A value for each; None shows as nothing.
        right: Headings of the columns that are set flush right, such as numbers.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else _shown(value)) for value in row))
    Console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line."""
    found = [(name, "" if value is None else _shown(value)) for name, value in facts]
    width = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        typer.echo(f"{name:<{width}}  {value}")


def print_problems(problems: Iterable[Problem], text: str | None = None) -> None:
    """Errors and warnings of a definition, one a line; with the place in its text, where it came as text."""
    parsed = None if text is None else parse_located(text)
    for found in problems:
        problem = found
        if parsed is not None:
            line, column = parsed.place(problem.path)
            problem = replace(problem, line=line, column=column)
        typer.echo(f"{problem.severity.value}: {problem}")


def print_error(error: Error, *, as_json: bool) -> None:
    """An error on standard error: what was found, what was expected, what to do."""
    if as_json:
        typer.echo(json.dumps(error.to_json(), ensure_ascii=False, default=_plain), err=True)
        return
    typer.echo(f"error: {error.message}", err=True)
    marked = error.details.get("marked")
    if isinstance(marked, str):
        for line in marked.splitlines():
            typer.echo(f"  {line}", err=True)
    problems = [problem for problem in getattr(error, "problems", ()) if isinstance(problem, Problem)]
    if isinstance(error, DefinitionError) and len(problems) > 1:
        for problem in problems:
            typer.echo(f"  {problem.severity.value}: {problem}", err=True)
    elif error.hint:
        typer.echo(f"hint: {error.hint}", err=True)


def local(at: int, timezone: str) -> str:
    """An instant (microseconds UTC) as people of a zone read it, to the minute."""
    return format_local(at, zone(timezone))[:16].replace("T", " ")


def is_terminal() -> bool:
    """Whether somebody is looking."""
    return sys.stderr.isatty()


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: Any) -> object:
    to_json = getattr(value, "to_json", None)
    if callable(to_json):
        return to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _told(one.name, getattr(value, one.name)) for one in fields(value)}
    return str(value)


def _told(name: str, value: Any) -> object:
    """A field's value; instants, which are named `at` or end with `_at`, as text in UTC."""
    is_instant = (name == "at" or name.endswith("_at")) and type(value) is int
    return format_instant(value) if is_instant else value
