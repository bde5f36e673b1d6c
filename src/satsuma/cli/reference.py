"""The page of all commands, from what they say with `--help`: `python -m satsuma.cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from satsuma.cli.main import app

WIDTH_CHARS = 100

HEAD = """\
# The command line

`satsuma` works on one workspace: the directory after `-C`, which stands before the command (default: the one
you are in). This page is what every command says with `--help`; `python -m satsuma.cli.reference` writes it.

- Without `--json` a command prints for people; with it, one JSON value on standard output, and an error as
  one JSON value on standard error. Instants are text in UTC, such as `2026-01-31T09:30:00Z`.
- Exit codes:
  - 0: done;
  - 1: the answer is no: a check failed, a definition has errors, or the present state does not admit it;
  - 2: wrong use: unknown names, values that do not fit, files that cannot be read;
  - 3: the workspace refused: another process holds it, it is damaged, or a later Satsuma wrote it;
  - 70: a fault of Satsuma itself.
- An error says what was found and what was expected; the line after it, `hint:`, says what to do.
- `satsuma --install-completion` makes your shell complete commands and options; `--show-completion` prints
  what that would install.
"""


def reference() -> str:
    """The whole page."""
    root = get_command(app)
    parts = [HEAD]
    commands = list(walk(root, "satsuma", None))
    parts.append("| command | does |\n|---|---|")
    parts += [
        f"| [`{name}`](#{name.replace(' ', '-')}) | {_cell(command.help)} |"
        for name, command, _ in commands
        if not isinstance(command, TyperGroup)
    ]
    for name, command, context in commands:
        parts += ["", f"## {name}", "", "```", command.get_help(context).strip(), "```"]
    return "\n".join(parts) + "\n"


def walk(command: Any, name: str, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every command from one on, groups too: its words, itself, and a context to print its help in."""
    context = command.context_class(
        command,
        info_name=name.rpartition(" ")[2],
        parent=parent,
        terminal_width=WIDTH_CHARS,
        max_content_width=WIDTH_CHARS,
    )
    yield name, command, context
    if isinstance(command, TyperGroup):
        for word in sorted(command.list_commands(context)):
            yield from walk(command.get_command(context, word), f"{name} {word}", context)


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
