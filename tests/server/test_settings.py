"""Settings: where they come from, what does not fit, and that all of them are documented."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from satsuma.kernel.errors import UsageError
from satsuma.server.settings import Settings, load
from tests.tidy.repository import ROOT


def test_the_command_line_counts_more_than_the_environment_and_that_more_than_the_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "satsuma.toml").write_text('port = 1\nhost = "a"\nlogs = "json"\nhosts = ["x", "y"]\n')
    environment = {"SATSUMA_PORT": "2", "SATSUMA_HOST": "b", "SATSUMA_TRUSTED_PROXIES": "1.1.1.1, 2.2.2.2"}
    found = load(tmp_path, environment, port=3)
    assert (found.port, found.host, found.logs, found.hosts) == (3, "b", "json", ("x", "y"))
    assert found.trusted_proxies == ("1.1.1.1", "2.2.2.2")


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path, {"SATSUMA_ACTOR": "cli", "PATH": "/bin"}, port=None) == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('port = "x"', "port"),
        ("port = -1", "port"),
        ("port = true", "port"),
        ('logs = "xml"', "logs"),
        ('hosts = "one"', "hosts"),
        ("hosts = [1]", "hosts"),
        ("prot = 1", "prot"),
        ("port = ", "satsuma.toml"),
        ('body_time_s = "1"', "body_time_s"),
    ],
)
def test_what_does_not_fit_is_told_by_name(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "satsuma.toml").write_text(text)
    with pytest.raises(UsageError, match=named):
        load(tmp_path, {})


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        load(tmp_path, {}, tmp_path / "nowhere.toml")


def test_a_password_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "satsuma.toml").write_text("smtp_password = 12345")
    with pytest.raises(UsageError) as refused:
        load(tmp_path, {})
    assert "12345" not in str(refused.value)


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", page, re.MULTILINE))
    for field in fields(Settings):
        assert field.name in told, field.name
        assert told[field.name] == _shown(field.default), field.name


def _shown(default: Any) -> str:
    if default in ((), ""):
        return "none"
    return f"`{int(default) if isinstance(default, float) else default}`"
