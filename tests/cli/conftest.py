"""Fixtures: the terminal, and a shop that every test gets a copy of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from satsuma.cli.main import run
from tests.cli.terminal import Answer, Satsuma, make_shop, terminal


@pytest.fixture(scope="session")
def shop_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def satsuma(*words: object) -> Answer:
        return Answer(run([str(word) for word in words]), "", "")

    return make_shop(tmp_path_factory.mktemp("made"), satsuma)


@pytest.fixture
def satsuma(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Satsuma:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    return terminal(capsys)


@pytest.fixture
def folder(tmp_path: Path, shop_made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with the shop in `shop` and the files that made it."""
    shutil.copytree(shop_made.parent, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"
