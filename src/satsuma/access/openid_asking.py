"""What is asked of an OpenID Connect provider over HTTP: answered in time, in bounded size, by JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from satsuma.kernel.errors import UsageError, WorkspaceError

ANSWER_BYTES_MAX = 1024 * 1024
ANSWER_TIME_S = 10.0

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class OpenIdError(WorkspaceError):
    """The provider cannot be reached, or answers what no provider answers."""

    default_code = "openid.unavailable"


class OpenIdRefusedError(UsageError):
    """The provider has not said who somebody is, or what it said is not to be believed."""

    default_code = "openid.refused"


def asked(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: str | None = None
) -> dict[str, Any]:
    """The JSON object that a request to a provider is answered with.

    Raises:
        OpenIdError: There is no answer, or it is none.
        OpenIdRefusedError: The provider refuses what was sent.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    try:
        with (
            httpx.Client(timeout=ANSWER_TIME_S, follow_redirects=False) as client,
            client.stream(method, url, headers=sent, content=content) as response,
        ):
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise OpenIdError("the provider's answer has no end")
        found = json.loads(body)
    except (httpx.HTTPError, ValueError) as error:
        raise OpenIdError(
            f"the provider cannot be reached: {type(error).__name__}", hint="try again later"
        ) from error
    problem = found.get("error") if isinstance(found, dict) else None
    if problem == "invalid_grant":
        raise OpenIdRefusedError(
            "the provider does not take the code: it was used, or is too old",
            code="openid.code",
            hint="sign in again",
        )
    if not isinstance(found, dict) or not 200 <= response.status_code < 300:
        raise OpenIdError(
            f"the provider answers {response.status_code}" + (f", {str(problem)[:200]!r}" if problem else ""),
            hint="does it know the client id, the secret and the address to return to?",
        )
    return found


def endpoint(described: Mapping[str, Any], name: str) -> str:
    """An address in a provider's description of itself.

    Raises:
        OpenIdError: It has none, or one that anybody on the way could answer for.
    """
    found = described.get(name)
    if not isinstance(found, str) or not is_trustworthy(found):
        raise OpenIdError(f"the provider has no {name}, or none that begins with https://")
    return found


def is_trustworthy(url: str) -> bool:
    """Whether what answers at an address is who it says: by HTTPS, or on this machine."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_local)
