"""Tokens of a provider that lies, or of somebody who stands in for it: none is believed."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc import jwk, jwt

import satsuma
from satsuma.access.openid import Beginning, Claims, OpenIdSettings, Provider
from satsuma.access.openid_asking import ANSWER_BYTES_MAX, OpenIdError
from satsuma.access.roles import Role
from satsuma.kernel.errors import Error
from tests.api.live import live

CLIENT_ID = "satsuma"
NONCE = "nonce-of-this-sign-in"


@dataclass
class Liar:
    """A provider that answers what a test wants."""

    address: str = ""
    described: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """Its application."""
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(lambda: self.description() | self.described)
        app.get("/keys")(lambda: {"keys": [key.as_dict(private=False) for key in self.keys]})
        app.post("/token")(lambda: self.answer)
        app.get("/userinfo")(lambda: self.more)
        return app

    def description(self) -> dict[str, Any]:
        """As an honest provider describes itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }


@pytest.fixture(scope="module")
def key() -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})


@pytest.fixture(scope="module")
def served() -> Iterator[Liar]:
    found = Liar()
    with live(found.app()) as address:
        found.address = address
        yield found


@pytest.fixture
def liar(served: Liar, key: Any) -> Liar:
    served.described, served.keys, served.answer, served.more = {}, [key], {}, {}
    return served


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path_factory.mktemp("tokens") / "w", clock=satsuma.SystemClock()) as found:
        yield found


@pytest.fixture
def provider(ws: satsuma.Workspace, liar: Liar) -> Provider:
    return Provider(OpenIdSettings(liar.address, CLIENT_ID, "secret"), ws.access.rooms)


def honest(liar: Liar) -> dict[str, Any]:
    """The claims of a token as it should be."""
    now = int(time.time())
    return {
        "iss": liar.address,
        "aud": CLIENT_ID,
        "sub": "ada",
        "iat": now,
        "exp": now + 300,
        "nonce": NONCE,
        "email": "ada@example.com",
        "email_verified": True,
    }


def signed(claims: dict[str, Any], key: Any, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one", **header}, claims, key, algorithms=["RS256", "HS256"])


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def encoded(part: dict[str, Any]) -> str:
    return base64url(json.dumps(part).encode())


def finish(provider: Provider, liar: Liar, token: object) -> Claims:
    liar.answer = {"access_token": "a", "token_type": "Bearer", "id_token": token}
    beginning = Beginning("", "state", NONCE, "verifier", "https://segments.example.com/back")
    return provider.finish(beginning, "code", None)


def test_an_honest_token_says_who_it_is(provider: Provider, liar: Liar, key: Any) -> None:
    found = finish(provider, liar, signed(honest(liar), key))
    assert found == Claims(liar.address, "ada", "ada@example.com", None)


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.pop(name)


def _with(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update(values)


@pytest.mark.parametrize(
    "change",
    [
        _with(iss="https://elsewhere.example"),
        _with(aud="another client"),
        _with(aud=["another client", "satsuma"], azp="another client"),
        _with(azp="another client"),
        _with(nonce="of another sign-in"),
        _with(exp=1),
        _with(exp="soon"),
        _with(iat=int(time.time()) + 3_600),
        _with(nbf=int(time.time()) + 3_600),
        _with(at_hash="AAAA"),
        *(_without(name) for name in ("iss", "aud", "sub", "exp", "iat", "nonce")),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(
    provider: Provider, liar: Liar, key: Any, change: Callable[[dict[str, Any]], None]
) -> None:
    claims = honest(liar)
    change(claims)
    with pytest.raises(Error) as refused:
        finish(provider, liar, signed(claims, key))
    assert refused.value.code == "openid.token"


def test_a_token_that_the_provider_has_not_signed_is_not_believed(
    provider: Provider, liar: Liar, key: Any
) -> None:
    other = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    public = key.as_pem(private=False)
    unsigned = f"{encoded({'alg': 'none', 'kid': 'one'})}.{encoded(honest(liar))}"
    forged = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(honest(liar))}"
    by_public_key = f"{forged}.{base64url(hmac.digest(public, forged.encode(), 'sha256'))}"
    whole = signed(honest(liar), key)
    for token in (
        signed(honest(liar), other),
        signed(honest(liar), other, kid="two"),
        by_public_key,
        f"{unsigned}.",
        whole[:-20] + "A" * 20,
        whole.rpartition(".")[0],
        "",
        "a.b.c",
        "x" * 10_000,
    ):
        with pytest.raises(Error) as refused:
            finish(provider, liar, token)
        assert refused.value.code == "openid.token", token


@pytest.mark.parametrize("token", [None, 7, {"a": 1}])
def test_an_answer_without_a_token_is_none(provider: Provider, liar: Liar, token: object) -> None:
    with pytest.raises(OpenIdError):
        finish(provider, liar, token)


def test_what_is_told_beside_the_token_is_of_the_same_person_or_not_believed(
    provider: Provider, liar: Liar, key: Any
) -> None:
    claims = honest(liar)
    del claims["email"], claims["email_verified"]
    liar.more = {"sub": "ada", "email": "ada@example.com", "email_verified": True, "name": "Ada"}
    assert finish(provider, liar, signed(claims, key)).email == "ada@example.com"
    liar.more = {**liar.more, "sub": "eve"}
    with pytest.raises(Error, match="somebody else"):
        finish(provider, liar, signed(claims, key))


@pytest.mark.parametrize("verified", [False, None, 0, "false", "no", 1, []])
def test_only_true_means_that_an_address_is_verified(
    provider: Provider, liar: Liar, key: Any, verified: object
) -> None:
    claims = honest(liar) | {"email_verified": verified}
    assert finish(provider, liar, signed(claims, key)).email is None


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"token_endpoint": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(
    provider: Provider, liar: Liar, key: Any, described: dict[str, Any]
) -> None:
    liar.described = described
    with pytest.raises(OpenIdError):
        finish(provider, liar, signed(honest(liar), key))


def test_an_answer_without_end_is_not_read_to_its_end(provider: Provider, liar: Liar) -> None:
    liar.described = {"padding": "x" * (ANSWER_BYTES_MAX + 1)}
    with pytest.raises(OpenIdError, match="no end"):
        provider.begin("https://segments.example.com/back")


def test_what_a_provider_says_of_itself_is_asked_again_after_an_hour(
    ws: satsuma.Workspace, liar: Liar
) -> None:
    passed_s = 0.0
    settings = OpenIdSettings(liar.address, CLIENT_ID, new_role=Role.VIEWER)
    provider = Provider(settings, ws.access.rooms, passed_s=lambda: passed_s)
    assert provider.begin("https://x.example").url.startswith(f"{liar.address}/auth?")
    liar.described = {"issuer": "https://elsewhere.example"}
    assert provider.begin("https://x.example").url
    passed_s = 7_200.0
    with pytest.raises(OpenIdError, match="calls itself"):
        provider.begin("https://x.example")
