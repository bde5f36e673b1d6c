"""Every command answers the same whether it opens the workspace itself or finds a server that holds it."""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from satsuma import workspace
from satsuma.cli.main import run
from satsuma.remote.serving import Serving
from satsuma.server.socket import LocalSocket
from tests.cli.terminal import Answer, Satsuma, make_shop, terminal
from tests.cli.test_commands import HAPPY, REFUSED

AT = ("-C", "shop")
_INSTANT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| \(UTC\))?")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def satsuma(*words: object) -> Answer:
        return Answer(run([str(word) for word in words]), "", "")

    folder = make_shop(tmp_path_factory.mktemp("made"), satsuma).parent
    (folder / "more.csv").write_text("id,city\nc-4,Nice\n")
    (folder / "catalog.yaml").write_text("entities: {contact: {attributes: {tier: text}}}\n")
    with workspace.open(folder / "shop") as ws:
        ws.lists.create("News", subscription=True).add(["c-1"])
    for name, text in (
        ("files", 'in: c-2\n\ncity is "Lyon"\n'),
        ("broken", '\n\nctiy is "Lyon"\n'),
        ("failing", 'in: c-1\n\ncity is "Lyon"\n'),
    ):
        (folder / name).mkdir()
        (folder / name / "Lyon.segment").write_text(text)
    (folder / "broken" / "Lyon.segment").rename(folder / "broken" / "broken.segment")
    return folder


@pytest.fixture
def satsuma(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Satsuma:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    return terminal(capsys)


@pytest.fixture
def at(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Goes to a new copy of the shop."""

    def go(name: str) -> Path:
        shutil.copytree(made, tmp_path / name)
        monkeypatch.chdir(tmp_path / name)
        return tmp_path / name

    return go


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Holds the shop, and serves it over its socket."""
    with workspace.open(folder / "shop", create=False) as ws:
        serving = Serving(ws, lambda: time.monotonic_ns() // 1000)
        with LocalSocket(ws, serving):
            yield


def told(answer: Answer, folder: Path) -> tuple[int, str, str]:
    """An answer, without when and in which copy it was given."""

    def same(text: str) -> str:
        return _INSTANT.sub("THEN", text.replace(str(folder), "HERE"))

    return answer.code, same(answer.out), same(answer.err)


COMMANDS = [row[0] for row in (*HAPPY, *REFUSED)] + [f"{row[0]} --json" for row in HAPPY]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_answers_the_same_through_a_server(
    satsuma: Satsuma, at: Callable[[str], Path], command: str
) -> None:
    words = (*AT, *shlex.split(command))
    here = at("here")
    alone = told(satsuma(*words), here)
    there = at("there")
    with served(there):
        assert told(satsuma(*words), there) == alone
