"""A server of a small demo workspace for tests, as people start it: by the command line."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from satsuma.demo.build import build
from satsuma.demo.data import Sizes
from satsuma.kernel.clock import SystemClock

EMAIL = "ada@example.com"
PASSWORD = "quince-marmalade-41"  # noqa: S105 -- of a server that lives as long as a test
SMALL = Sizes(contacts=1_500, accounts=120, products=60, events=12, registrations=1_200, interactions=40_000)
START_S = 90.0
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Attributes:
        url: Without a path.
        directory: Of the workspace.
    """

    url: str
    directory: Path


@contextmanager
def serving(
    directory: Path,
    sizes: Sizes | None = SMALL,
    days: int = 8,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Serve a workspace until the block ends, with an administrator; a demo is made where there is none."""
    if not directory.exists():
        build(directory, SystemClock().now() - HOUR_US, lambda _what, _share: None, sizes, days)
    _command(directory, "user", "add", EMAIL, "--name", "Ada Lovelace", "--role", "admin", "--password-stdin")
    port = _free_port()
    log = directory.with_name(directory.name + ".log")
    with log.open("wb") as told:
        process = subprocess.Popen(
            [_satsuma(), "-C", str(directory), "serve", "--host", "127.0.0.1", "--port", str(port)],
            stdout=told,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, process, log)
        yield Served(url, directory)
    finally:
        process.terminate()
        process.wait(timeout=30)


def chromium() -> str:
    """The browser: the one that is named, or Debian's."""
    found = os.environ.get("SATSUMA_CHROMIUM") or shutil.which("chromium")
    if not found:
        raise RuntimeError("no Chromium was found: run `make browser`, or name one with SATSUMA_CHROMIUM")
    return found


def _satsuma() -> str:
    return str(Path(sys.executable).with_name("satsuma"))


def _command(directory: Path, *words: str) -> None:
    command = [_satsuma(), "-C", str(directory), *words]
    done = subprocess.run(command, input=PASSWORD + "\n", text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/v1/health", timeout=5) as answer:  # noqa: S310 -- ours
                if json.load(answer)["status"] == "ok":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')}")
