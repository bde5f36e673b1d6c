"""The command that serves: begun, asked, and ended by a signal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import satsuma
from satsuma.access.roles import Role
from tests.api.shop import PASSWORD
from tests.lists.mail_server import mail_server

SATSUMA = [sys.executable, "-c", "from satsuma.cli.main import main; main()"]


@contextmanager
def served(directory: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A server of its own process; gives it, its address and the lines that it has printed."""
    process = subprocess.Popen(
        [*SATSUMA, "-C", str(directory), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SATSUMA_LOGS": "json", **environment},
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        found = re.search(r"http://\S+", lines[0])
        assert found is not None, lines[0] + (process.stderr.read() if process.stderr else "")
        if "no administrator" not in lines[0]:
            os.set_blocking(process.stdout.fileno(), False)
            time.sleep(0.2)
            lines += process.stdout.readlines()
        address = found[0]
        for _ in range(200):
            try:
                httpx.get(f"{address}/api/v1/readiness").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield process, address, lines
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": "c-1", "city": "Bern"}])
    return tmp_path / "shop"


def test_a_server_without_administrator_prints_a_link_that_makes_one(directory: Path) -> None:
    with served(directory) as (process, address, lines):
        token = re.search(r"#token=(\S+)", "".join(lines))
        assert token is not None
        body = {"token": token[1], "email": "ada@example.com", "name": "Ada", "password": PASSWORD}
        made = httpx.post(f"{address}/api/v1/setup", json=body, timeout=30)
        assert made.status_code == 201
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=60)
        assert process.returncode == 0
    # What it has written, it has written for good; and its logs tell nobody who that is.
    with satsuma.open(directory, create=False) as ws:
        assert [one.email for one in ws.access.people.list()] == ["ada@example.com"]
    assert "ada@example.com" not in logged
    assert token[1] not in logged
    events = [json.loads(line) for line in logged.splitlines()]
    assert {"answered", "stopping"} <= {event["event"] for event in events}
    assert any(event.get("operation") == "set_up" and event["status"] == 201 for event in events)


def test_a_stopped_server_lets_the_workspace_go(directory: Path) -> None:
    with satsuma.open(directory) as ws:
        ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
    with served(directory) as (process, address, lines):
        assert "token" not in "".join(lines)
        assert httpx.get(f"{address}/api/v1/health").json()["status"] == "ok"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert not (directory / "socket").exists()
    with satsuma.open(directory, create=False):
        pass


def test_metrics_are_for_who_may_see_the_status_or_for_all(directory: Path) -> None:
    with served(directory, SATSUMA_METRICS="open") as (_, address, _lines):
        text = httpx.get(f"{address}/metrics").text
        assert 'satsuma_requests_total{operation="show_readiness",status="200"}' in text
        assert "satsuma_version" in text
    with served(directory) as (_, address, _lines):
        assert httpx.get(f"{address}/metrics").status_code == 401


def test_a_port_that_is_taken_is_told(directory: Path) -> None:
    with served(directory) as (_, address, _lines):
        other = directory.parent / "other"
        satsuma.open(other).close()
        port = address.rsplit(":", 1)[1]
        done = subprocess.run(
            [*SATSUMA, "-C", str(other), "serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2
        assert "cannot listen" in done.stderr


def test_addresses_of_the_console_and_of_nothing(directory: Path) -> None:
    with served(directory) as (_, address, _lines):
        for path in ("/api/v1/nothing", "/api/nothing", "/v1/nothing"):
            answer = httpx.get(f"{address}{path}")
            assert answer.status_code in (404, 405), path
        assert httpx.get(f"{address}/../../etc/passwd", headers={"Accept": "text/plain"}).status_code == 404


def test_a_link_for_a_forgotten_password_is_sent_by_the_server_itself(directory: Path) -> None:
    with satsuma.open(directory) as ws:
        ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
        ws.mail.configure(sender="satsuma@example.com")
    with mail_server() as inbox:
        told = {
            "SATSUMA_URL": "https://segments.example.com",
            "SATSUMA_SMTP_HOST": inbox.server.host,
            "SATSUMA_SMTP_PORT": str(inbox.server.port),
            "SATSUMA_SMTP_SECURITY": "none",
        }
        with served(directory, **told) as (process, address, _lines):
            assert httpx.get(f"{address}/api/v1/setup").json()["mail"] is True
            asked = httpx.post(f"{address}/api/v1/password/reset", json={"email": "ada@example.com"})
            assert asked.status_code == 202
            until = time.monotonic() + 60
            while not inbox.messages:
                assert time.monotonic() < until, "nothing was sent"
                time.sleep(0.05)
            link = re.search(r"https://segments\.example\.com/password#token=(\S+)", inbox.text())
            assert link is not None
            body = {"token": link[1], "new_password": "walnut harvest 78"}
            assert httpx.post(f"{address}/api/v1/password", json=body, timeout=30).status_code == 204
            process.send_signal(signal.SIGTERM)
            _, logged = process.communicate(timeout=60)
    assert link[1] not in logged
    assert "ada@example.com" not in logged
    with satsuma.open(directory, create=False) as ws:
        assert ws.access.people.sign_in("ada@example.com", "walnut harvest 78") is not None


def test_settings_of_a_provider_that_do_not_fit_are_told_at_the_start(directory: Path) -> None:
    told = {"SATSUMA_OPENID_ISSUER": "http://accounts.example.com", "SATSUMA_OPENID_CLIENT_ID": "x"}
    done = subprocess.run(
        [*SATSUMA, "-C", str(directory), "serve", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **told},
    )
    assert done.returncode == 2
    assert "https://" in done.stderr


def test_addresses_that_are_no_files_lead_nowhere(directory: Path) -> None:
    with served(directory) as (_, address, _):
        for path in ("assets/..%2f..%2f..%2fetc%2fpasswd", "%2f", "assets%2Findex.html"):
            assert httpx.get(f"{address}/{path}").status_code == 404
