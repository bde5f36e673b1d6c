"""Settings: where they come from, what does not fit, and that all of them are documented."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from satsuma.access.roles import Role
from satsuma.kernel.errors import UsageError
from satsuma.server.composing import openid_of, site_of
from satsuma.server.settings import SECRETS, Settings, load, secret
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


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_not_told_and_may_stand_in_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / "satsuma.toml").write_text(f"{name} = 12345")
    with pytest.raises(UsageError) as refused:
        load(tmp_path, {})
    assert "12345" not in str(refused.value)
    (tmp_path / "satsuma.toml").unlink()
    (tmp_path / "kept").write_text("of a file\n")
    plain = load(tmp_path, {f"SATSUMA_{name.upper()}": "of the environment"})
    assert "of the environment" not in repr(plain)
    assert secret(plain, name) == "of the environment"
    assert (
        secret(load(tmp_path, {f"SATSUMA_{name.upper()}_FILE": str(tmp_path / "kept")}), name) == "of a file"
    )
    assert secret(Settings(), name) is None
    with pytest.raises(UsageError, match=name):
        secret(load(tmp_path, {f"SATSUMA_{name.upper()}_FILE": str(tmp_path / "nowhere")}), name)


def test_a_provider_of_sign_ins_is_told_by_settings_or_there_is_none(tmp_path: Path) -> None:
    assert openid_of(Settings()) is None
    told = load(
        tmp_path,
        {
            "SATSUMA_OPENID_ISSUER": "https://accounts.example.com",
            "SATSUMA_OPENID_CLIENT_ID": "satsuma",
            "SATSUMA_OPENID_DOMAINS": "example.com, example.org",
            "SATSUMA_OPENID_NEW_ROLE": "viewer",
        },
    )
    found = openid_of(told)
    assert found is not None
    assert (found.domains, found.new_role) == (("example.com", "example.org"), Role.VIEWER)
    assert found.client_secret is None
    assert openid_of(replace(told, openid_new_role="none")).new_role is None  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="client id"):
        openid_of(replace(told, openid_client_id=""))


@pytest.mark.parametrize(
    "url", ["segments.example.com", "ftp://x", "https://x/path", "https://", "https://x?y"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="url"):
        site_of(Settings(url=url))
    assert site_of(Settings(url="https://segments.example.com/")) == "https://segments.example.com"


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
