"""The `satsuma` command: the root of all commands, and what their exit codes mean.

0   done
1   the answer is no: a check failed, or what was asked is refused in the present state
2   wrong use: unknown names, values that do not fit, files that cannot be read
3   the workspace refused: another process holds it, it is damaged, or a later Satsuma wrote it
70  a fault of Satsuma itself; the trace says where
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from satsuma import __version__
from satsuma.cli import (
    applying,
    catalog,
    consent,
    importing,
    keeping,
    lists,
    mail,
    quarantine,
    segment,
    serving,
    users,
    workspace,
)
from satsuma.cli.output import print_error
from satsuma.cli.state import State
from satsuma.kernel.errors import (
    CancelledError,
    ConflictError,
    DefinitionError,
    Error,
    InvariantError,
    WorkspaceError,
)

app = typer.Typer(
    name="satsuma",
    help="Customer segments that are exact at every version of the data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(catalog.app, name="catalog")
app.add_typer(segment.app, name="segment")
app.add_typer(lists.app, name="list")
app.add_typer(consent.app, name="consent")
app.add_typer(mail.app, name="mail")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(users.app, name="user")
importing.register(app)
applying.register(app)
workspace.register(app)
keeping.register(app)
serving.register(app)
consent.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"satsuma {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("-C", metavar="DIR", help="The workspace directory.")] = Path(),
    actor: Annotated[
        str, typer.Option(help="Who gives the commands, for the history.", envvar="SATSUMA_ACTOR")
    ] = "cli",
    version: Annotated[  # noqa: ARG001  -- its callback does the work
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Customer segments that are exact at every version of the data."""
    context.obj = State(directory, actor)


def main() -> None:
    """Run the command line and exit with one of the codes above."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; gives its exit code."""
    try:
        app(args=arguments)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except InvariantError:
        traceback.print_exc()
        return 70
    except Error as error:
        print_error(error, as_json="--json" in arguments)
        return _exit_code(error)
    return 0


def _exit_code(error: Error) -> int:
    if isinstance(error, WorkspaceError):
        return 3
    if isinstance(error, ConflictError | DefinitionError | CancelledError):
        return 1
    return 2
