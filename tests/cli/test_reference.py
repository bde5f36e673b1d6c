"""Every command has help, stands on the page of the command line, and can be completed by a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from satsuma.cli.main import app
from satsuma.cli.reference import reference, walk
from tests.tidy.repository import ROOT

PAGE = ROOT / "docs" / "cli.md"


def commands() -> list[str]:
    """The words of every command after `satsuma`."""
    return [
        name.removeprefix("satsuma ")
        for name, command, _ in walk(get_command(app), "satsuma", None)
        if not isinstance(command, TyperGroup)
    ]


def test_the_page_says_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "write it: python -m satsuma.cli.reference > docs/cli.md"
    )


def test_the_page_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = reference()
    monkeypatch.setenv("COLUMNS", "40")
    assert reference() == wide


def test_every_command_and_every_option_has_help() -> None:
    silent = []
    for name, command, context in walk(get_command(app), "satsuma", None):
        if not (command.help or "").strip().endswith("."):
            silent.append(name)
        silent += [
            f"{name} {parameter.name}"
            for parameter in command.get_params(context)
            if not getattr(parameter, "help", None)
        ]
    assert silent == []


def test_every_command_answers_machines_too() -> None:
    lacking = [
        name
        for name, command, context in walk(get_command(app), "satsuma", None)
        if not isinstance(command, TyperGroup)
        and not any("--json" in parameter.opts for parameter in command.get_params(context))
    ]
    assert lacking == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_script_that_completes(shell: str) -> None:
    done = _satsuma({"_SATSUMA_COMPLETE": f"source_{shell}"})
    assert "_SATSUMA_COMPLETE" in done
    assert "satsuma" in done


def test_words_are_completed() -> None:
    def completed(words: str, position: int) -> list[str]:
        asked = {"COMP_WORDS": words, "COMP_CWORD": str(position), "_SATSUMA_COMPLETE": "complete_bash"}
        return _satsuma(asked).split()

    assert completed("satsuma segment go", 2) == ["go-live"]
    assert "--dry-run" in completed("satsuma apply --d", 2)


def _satsuma(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "satsuma")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout
