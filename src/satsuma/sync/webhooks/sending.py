"""Sending: one message posted to one address that may be called.

A name is looked up here, every address that it has is checked, and the connection is made to the address that
was checked, with the name only for the certificate and the `Host` header: nobody can answer the check with
one address and the connection with another. Redirects are not followed, and proxies of the environment are
not used.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from satsuma.kernel.errors import UsageError

TIMEOUT_S = 15.0
ANSWER_BYTES_MAX = 4_096  # of an answer are read; nothing in it is needed
ERROR_CHARS_MAX = 300
RETRY_AFTER_MAX_S = 86_400
URL_CHARS_MAX = 2_000

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str, int], Collection[str]]
"""The addresses of a host name; raises OSError where it has none."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt.

    Attributes:
        status: Of the answer; None where there was none.
        error: Why it counts as failed; None where it does not.
        retry_after_s: After how long the endpoint wants to be tried again, if it said so.
        is_gone: Whether it says that it wants nothing any more (410).
    """

    status: int | None
    error: str | None
    duration_ms: int
    retry_after_s: int | None = None
    is_gone: bool = False


class Sender:
    """Posts messages; may be used by many threads."""

    def __init__(self, allowed: Collection[str] = (), *, resolve: Resolve | None = None) -> None:
        """Wire it.

        Args:
            allowed: Networks that may be called although they are private, such as `10.1.0.0/16`.
            resolve: Looks names up; default the system.
        """
        import httpx  # noqa: PLC0415  -- only a server sends

        self._allowed = tuple(ipaddress.ip_network(one) for one in allowed)
        self._resolve = resolve or _addresses
        self._errors = (httpx.HTTPError, httpx.InvalidURL)
        self._client = httpx.Client(
            timeout=TIMEOUT_S, follow_redirects=False, trust_env=False, headers={"user-agent": "satsuma"}
        )

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Post a message; whatever goes wrong is told in the answer."""
        begun = time.monotonic()

        def answer(status: int | None, error: str | None, **more: Any) -> Answer:
            duration_ms = int((time.monotonic() - begun) * 1000)
            return Answer(status, None if error is None else error[:ERROR_CHARS_MAX], duration_ms, **more)

        try:
            to, extra, extensions = self._checked(url)
            with self._client.stream(
                "POST",
                to,
                content=body,
                headers={"content-type": "application/json", **headers, **extra},
                extensions=extensions,
            ) as found:
                _read_some(found.iter_raw())
                if found.is_success:
                    return answer(found.status_code, None)
                return answer(
                    found.status_code,
                    f"the endpoint answered {found.status_code}",
                    retry_after_s=_retry_after(found.headers.get("retry-after")),
                    is_gone=found.status_code == 410,
                )
        except UsageError as error:
            return answer(None, error.message)
        except self._errors as error:
            return answer(None, f"{type(error).__name__}: {error}".rstrip(": "))
        except OSError as error:
            return answer(None, f"the host cannot be found: {error}")

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _checked(self, url: str) -> tuple[str, dict[str, str], dict[str, object]]:
        """Where to connect to, the header with the name, and the name for the certificate.

        Raises:
            UsageError: An address of the host may not be called.
            OSError: The host has none.
        """
        check_url(url)
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in self._resolve(host, port)]
        if not found:
            raise OSError(f"{host} has no address")
        for one in found:
            if not self._may_call(one):
                raise UsageError(
                    f"{host} has the address {one}, which is not public and not allowed",
                    code="webhook.address",
                )
        address = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
        to = parts._replace(netloc=f"{address}:{port}", fragment="").geturl()
        name = parts.netloc.rpartition("@")[2]
        return to, {"host": name}, {"sni_hostname": host}

    def _may_call(self, address: Address) -> bool:
        inner = _inner(address)
        if any(one in network for one in (address, inner) for network in self._allowed):
            return True
        return all(one.is_global and not one.is_multicast for one in (address, inner))


def check_url(url: str) -> None:
    """Refuse what cannot be the address of an endpoint.

    Raises:
        UsageError: It is none.
    """
    try:
        parts = urlsplit(url)
        is_one = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and parts.port != 0
            and len(url) <= URL_CHARS_MAX
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        is_one = False
    if not is_one:
        raise UsageError(
            f"found the address {url[:80]!r}, expected one such as https://shop.example/hooks",
            code="webhook.url",
            hint="without a user or password in it, at most 2,000 characters",
        )


def _inner(address: Address) -> Address:
    """The address that one of version 6 stands for, where it stands for one of version 4."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    for one in (address.ipv4_mapped, address.sixtofour):
        if one is not None:
            return one
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _read_some(chunks: Any) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size >= ANSWER_BYTES_MAX:
            return


def _retry_after(found: str | None) -> int | None:
    if found is None or not found.isascii() or not found.strip().isdigit():
        return None
    return min(int(found.strip()[:9]), RETRY_AFTER_MAX_S)
