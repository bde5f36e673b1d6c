"""OpenID Connect: what is said to a provider of sign-ins, and what of its answers is believed.

The authorization code flow with PKCE (RFC 6749, RFC 7636, OpenID Connect Core 1.0). The provider describes
itself at a well-known address (OpenID Connect Discovery 1.0); its keys are fetched when they are first
needed, every hour, and when a token is signed by one that is not known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from satsuma.access.openid_asking import OpenIdError, OpenIdRefusedError, asked, endpoint, is_trustworthy
from satsuma.access.passwords import new_token
from satsuma.access.roles import Role
from satsuma.access.rooms import AccessRooms
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import UsageError

SCOPE = "openid email profile"
DESCRIPTION_AGE_S = 3_600.0
"""So long a provider's description of itself, and its keys, are used before they are fetched again."""

LEEWAY_S = 60
"""By so much the provider's clock may differ from ours."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those whose keys the provider alone has."""


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """A provider, what it knows us as, and who may come in by it.

    Attributes:
        issuer: Its address, such as `https://accounts.example.com`.
        client_id, client_secret: What it has given us; no secret where it gives none.
        name: What people call it.
        domains: Of the e-mail addresses of those who may come in; none: any.
        new_role: What somebody becomes whom nobody has added; None: they do not come in.

    Raises:
        UsageError: The issuer is no HTTPS address; HTTP is for this machine alone.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = "single sign-on"
    domains: tuple[str, ...] = ()
    new_role: Role | None = None

    def __post_init__(self) -> None:
        if not is_trustworthy(self.issuer):
            raise UsageError(
                f"found the issuer {self.issuer!r}, expected an address that begins with https://",
                code="usage.openid",
            )
        if not self.client_id:
            raise UsageError("an OpenID Connect provider needs a client id", code="usage.openid")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sign-in that has begun: where the browser goes, and what only we know of it."""

    url: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of somebody; the address only where it has verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str | None


class Provider:
    """One provider. Safe to use from several threads."""

    def __init__(
        self,
        settings: OpenIdSettings,
        rooms: AccessRooms,
        *,
        passed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wire it; nothing is asked of the provider yet.

        Args:
            settings: Where it is, and what it knows us as.
            rooms: The clock and randomness.
            passed_s: Seconds that pass evenly.
        """
        self.settings = settings
        self._rooms = rooms
        self._passed_s = passed_s
        self._lock = Lock()
        self._description: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, redirect_uri: str) -> Beginning:
        """Begin a sign-in.

        Raises:
            OpenIdError: The provider cannot be reached.
        """
        described = self._described()
        state, nonce, verifier = (new_token(self._rooms.randomness) for _ in range(3))
        url = prepare_grant_uri(
            endpoint(described, "authorization_endpoint"),
            self.settings.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Beginning(url, state, nonce, verifier, redirect_uri)

    def finish(self, beginning: Beginning, code: str, issuer: str | None) -> Claims:
        """Who has signed in, by the code that the provider has sent them back with.

        Args:
            beginning: As it began.
            code: From the address.
            issuer: Who says so, from the address (RFC 9207); None where it does not say it.

        Raises:
            OpenIdError: The provider cannot be reached.
            OpenIdRefusedError: It does not take the code; or its token is of another sign-in, of another
                provider, for somebody else, too old, or not signed by it.
        """
        described = self._described()
        names_itself = described.get("authorization_response_iss_parameter_supported") is True
        if (issuer is None and names_itself) or issuer not in (None, described["issuer"]):
            raise OpenIdRefusedError("the answer is of another provider", code="openid.issuer")
        answer = self._redeem(described, beginning, code)
        claims = self._verified(described, answer, beginning.nonce)
        told: dict[str, Any] = dict(claims)
        if "email" not in told and described.get("userinfo_endpoint"):
            told |= self._more(described, answer, claims)
        # Some providers write the truth of it as a text.
        said = told.get("email_verified")
        is_verified = said is True or said == "true"
        return Claims(
            str(described["issuer"]),
            str(claims["sub"]),
            _text(told.get("email")) if is_verified else None,
            _text(told.get("name")),
        )

    def ending(self, return_to: str) -> str | None:
        """Where the browser goes to sign out at the provider; None where the provider has no such place.

        Raises:
            OpenIdError: The provider cannot be reached.
        """
        described = self._described()
        if not described.get("end_session_endpoint"):
            return None
        where = endpoint(described, "end_session_endpoint")
        wanted = [("client_id", self.settings.client_id), ("post_logout_redirect_uri", return_to)]
        return str(add_params_to_uri(where, wanted))

    def _described(self) -> Mapping[str, Any]:
        with self._lock:
            known, now = self._description, self._passed_s()
        if known is not None and now - known[0] < DESCRIPTION_AGE_S:
            return known[1]
        issuer = self.settings.issuer
        try:
            found = asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        except OpenIdError:
            if known is None:
                raise
            return known[1]
        if found.get("issuer") != issuer:
            raise OpenIdError(
                f"the provider calls itself {str(found.get('issuer'))[:200]!r}, expected {issuer!r}",
                hint="the setting openid_issuer must be what the provider calls itself, to the last slash",
            )
        with self._lock:
            self._description = (now, found)
        return found

    def _redeem(self, described: Mapping[str, Any], beginning: Beginning, code: str) -> dict[str, Any]:
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = next((one for one in ("client_secret_basic", "client_secret_post") if one in methods), None)
        if self.settings.client_secret is None:
            method = "none"
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=beginning.redirect_uri,
            code_verifier=beginning.verifier,
        )
        client = ClientAuth(self.settings.client_id, self.settings.client_secret, method)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url, headers, body = client.prepare("POST", endpoint(described, "token_endpoint"), headers, body)
        return asked("POST", url, headers=headers, content=body)

    def _verified(
        self, described: Mapping[str, Any], answer: Mapping[str, Any], nonce: str
    ) -> Mapping[str, Any]:
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OpenIdError("the provider has sent no token that says who it is")
        offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [one for one in ALGORITHMS if one in offered]
        try:
            decoded = self._decoded(described, token, algorithms)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": described["issuer"]},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {
                    "nonce": nonce,
                    "client_id": self.settings.client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(now=self._rooms.clock.now() // US_PER_SECOND, leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise OpenIdRefusedError(
                f"the provider's token is not to be believed: {type(error).__name__}",
                code="openid.token",
                hint="sign in again",
            ) from error
        return dict(claims)

    def _decoded(self, described: Mapping[str, Any], token: str, algorithms: list[str]) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(described), algorithms=algorithms)
        except (InvalidKeyIdError, BadSignatureError):
            # The provider has changed its keys, perhaps.
            return jwt.decode(token, self._key_set(described, anew=True), algorithms=algorithms)

    def _key_set(self, described: Mapping[str, Any], *, anew: bool = False) -> KeySet:
        with self._lock:
            known, now = self._keys, self._passed_s()
        if known is not None and not anew and now - known[0] < DESCRIPTION_AGE_S:
            return known[1]
        found = asked("GET", endpoint(described, "jwks_uri"))
        try:
            keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked by what it does
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OpenIdError("the provider's keys cannot be read") from error
        with self._lock:
            self._keys = (now, keys)
        return keys

    def _more(
        self, described: Mapping[str, Any], answer: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the provider tells beside the token, if it is of the same person."""
        headers = {"Authorization": f"Bearer {answer.get('access_token')}"}
        found = asked("GET", endpoint(described, "userinfo_endpoint"), headers=headers)
        if found.get("sub") != claims["sub"]:
            raise OpenIdRefusedError("the provider tells of somebody else", code="openid.token")
        return {name: found[name] for name in ("email", "email_verified", "name") if name in found}


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found else None
