"""The npm package oidc-provider in a process of its own, and browsers that sign in by it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx

FOLDER = Path(__file__).parent
CLIENT_ID = "satsuma"
CLIENT_SECRET = "of a test"  # noqa: S105 -- as provider.mjs has it


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A provider that listens at `issuer`."""

    issuer: str

    def be(self, **told: Any) -> dict[str, int]:
        """Have it behave otherwise; gives how often each of its addresses was asked for."""
        answer = httpx.post(f"{self.issuer}/control", json=told, timeout=30)
        asked: dict[str, int] = answer.raise_for_status().json()["asked"]
        return asked

    def sign_in(self, url: str, login: str | None, cookies: httpx.Cookies | None = None) -> str:
        """Where the browser is sent back to when somebody signs in there; None says no."""
        with httpx.Client(timeout=30, cookies=cookies) as browser:
            answer = browser.get(url)
            while answer.status_code in (302, 303):
                where = str(httpx.URL(url).join(answer.headers["location"]))
                if not where.startswith(self.issuer):
                    return where
                if "/interaction/" in where:
                    where += "" if login is None else f"?login={login}"
                answer = browser.get(where)
        raise AssertionError(f"{answer.status_code}: {answer.text[:2_000]}")


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """The provider, listening."""
    assert (FOLDER / "node_modules").exists(), "npm ci has to be run here; `make test` does it"
    process = subprocess.Popen(
        ["node", "provider.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield OidcProvider(process.stdout.readline().strip())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=30)


def with_query(url: str, **values: str | None) -> str:
    """An address with other values in its query; None takes one out."""
    parts = urlsplit(url)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    kept = httpx.QueryParams({name: value for name, value in query.items() if value is not None})
    return urlunsplit(parts._replace(query=str(kept)))


def query_of(url: str) -> dict[str, str]:
    """The values in an address's query."""
    return {name: found[0] for name, found in parse_qs(urlsplit(url).query).items()}
