"""What every command is handed: which workspace, and who asks."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

import satsuma
from satsuma.kernel.errors import InvariantError, UsageError
from satsuma.workspace import Workspace

Name = Annotated[str, typer.Argument(metavar="NAME", help="The segment's name, in any case.")]
Json = Annotated[bool, typer.Option("--json", help="Machine output: one JSON value.")]


@dataclass(frozen=True, slots=True)
class State:
    """The root options."""

    directory: Path
    actor: str

    @property
    def command(self) -> str:
        """How a command on this workspace begins, for hints that can be copied."""
        here = self.directory == Path()
        return "satsuma" if here else f"satsuma -C {shlex.quote(str(self.directory))}"

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        """The workspace, which must exist."""
        with satsuma.open(self.directory, create=False, actor=self.actor, warming="asked") as workspace:
            yield workspace


def state_of(context: typer.Context) -> State:
    """The root options of a command's context."""
    if not isinstance(context.obj, State):
        raise InvariantError("a command ran without the root of all commands")
    return context.obj


def text_of(file: Path) -> str:
    """The text of a file.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", hint="expected a UTF-8 text file") from error


def answer(code: int) -> None:
    """End a command with an exit code (see `cli.main`); 0 goes on."""
    if code:
        raise typer.Exit(code)
