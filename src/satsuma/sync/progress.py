"""A progress bar for a terminal: bytes of files read, rows, and how long it still takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from satsuma.sync.running import Progress


@contextmanager
def bar(console: Console, what: str) -> Iterator[Progress]:
    """A progress bar while the context lasts; gives the function that moves it.

    Nothing is drawn where the console is no terminal.
    """
    from rich import progress  # noqa: PLC0415  (only a terminal needs it)

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(binary_units=True),
        progress.TextColumn("{task.fields[rows]:,} rows"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as drawn:
        task = drawn.add_task(what, total=None, rows=0)

        def move(done_bytes: int, total_bytes: int, rows: int) -> None:
            drawn.update(task, completed=done_bytes, total=total_bytes, rows=rows)

        yield move
