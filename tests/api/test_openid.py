"""Signing in by an OpenID Connect provider: the npm package oidc-provider, in a process of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import satsuma
from satsuma.access.openid import OpenIdSettings
from satsuma.access.roles import Role
from satsuma.api import openid as openid_routes
from satsuma.api import session as signing
from satsuma.api.app import AppSettings, make_app
from satsuma.api.openid import ATTEMPT_S
from satsuma.api.rates import Rates
from satsuma.kernel.clock import SystemClock
from satsuma.kernel.errors import UsageError
from tests.api.live import live
from tests.api.oidc.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    oidc_provider,
    query_of,
    with_query,
)
from tests.api.oidc.site import Site, begin, refused, through, told
from tests.api.shop import PASSWORD, problem


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    # The provider has the machine's clock, so the workspace has it too.
    clock = SystemClock()
    folder = tmp_path_factory.mktemp("openid") / "w"
    with satsuma.open(folder, clock=clock) as ws, oidc_provider() as provider:
        ws.access.people.add("admin@example.com", "Admin", Role.ADMIN, PASSWORD, actor="test")
        app = make_app(ws, clock, AppSettings(requests_per_minute=0, openid=told(provider)))
        with live(app) as address:
            provider.be(
                redirectUris=[f"{address}/api/v1/session/openid/callback"],
                signedOutUris=[f"{address}/sign-in"],
            )
            yield Site(ws, app, address, provider)


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """Tests sign in more often than people; and the provider is as it was."""
    for module in (signing, openid_routes):
        monkeypatch.setattr(module, "by_address", Rates(0))
    site.provider.be(
        isDown=False,
        codeSeconds=60,
        accounts={
            "ada": {"email": "Ada@Example.com", "email_verified": True, "name": "Ada Lovelace"},
            "bob": {"email": "bob@example.com", "email_verified": True},
            "eve": {"email": "eve@elsewhere.example", "email_verified": True},
            "unverified": {"email": "ada@example.com", "email_verified": False},
            "nameless": {},
        },
    )


@pytest.fixture
def ada(site: Site) -> Iterator[int]:
    """Somebody whom an administrator has added, for one test."""
    made = site.ws.access.people.add("ada@example.com", "Ada", Role.MARKETER, None, actor="test")
    yield made.id
    site.ws.access.people.remove(made.id, actor="test")


def last_entry(site: Site) -> Any:
    return site.ws.access.audit.entries(limit=1)[0]


def test_somebody_who_was_added_signs_in_by_their_verified_address(site: Site, ada: int) -> None:
    with site.browser() as client:
        assert client.get("/setup").json()["openid"] == "Example accounts"
        url = begin(client, to="/segments/7?tab=why")
        asked = query_of(url)
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "openid email profile"
        assert len(asked["state"]) > 40
        assert len(asked["nonce"]) > 40
        back = client.get(site.provider.sign_in(url, "ada"))
        assert (back.status_code, back.headers["location"]) == (303, "/segments/7?tab=why")
        assert back.headers["cache-control"] == "no-store"
        cookie = next(one for one in back.headers.get_list("set-cookie") if "satsuma_session" in one).lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        me = client.get("/session").json()
        assert (me["user"]["id"], me["user"]["name"], me["user"]["role"]) == (ada, "Ada", "marketer")
        # The first time two versions are made: that the provider's number is theirs, and the session.
        for entry in site.ws.access.audit.entries(limit=2):
            assert (entry.actor, entry.action, entry.target) == (
                "ada@example.com",
                "finish_openid",
                f"person={ada}",
            )
            assert (entry.details, entry.origin) == ({"through": "openid"}, "127.0.0.1")


@pytest.mark.usefixtures("ada")
def test_who_signs_out_here_signs_out_there_too(site: Site) -> None:
    with site.browser() as client:
        assert through(site, client, "ada").status_code == 303
        me = client.get("/session").json()
        assert me["sign_out_at"] == "/api/v1/session/openid/end"
        client.headers["X-CSRF-Token"] = me["csrf_token"]
        assert client.delete("/session").status_code == 204
        assert client.get("/session").status_code == 401
        end = client.get("/session/openid/end").headers["location"]
        assert end.startswith(f"{site.provider.issuer}/session/end?")
        assert query_of(end) == {
            "client_id": CLIENT_ID,
            "post_logout_redirect_uri": f"{site.address}/sign-in",
        }
        assert httpx.get(end, timeout=30).status_code == 200, "the provider knows us and the way back"
        # Who signs in by a password afterwards has nothing to end at the provider.
        signed_in = client.post("/session", json={"email": "admin@example.com", "password": PASSWORD})
        assert signed_in.json()["sign_out_at"] is None
        assert client.get("/session").json()["sign_out_at"] is None


def test_they_are_known_again_when_their_address_changes(site: Site, ada: int) -> None:
    with site.browser() as client:
        assert through(site, client, "ada").headers["location"] == "/"
    site.provider.be(accounts={"ada": {"email": "lovelace@example.com", "email_verified": False}})
    with site.browser() as client:
        assert through(site, client, "ada").headers["location"] == "/"
        assert client.get("/session").json()["user"]["id"] == ada


def test_who_gets_an_address_that_was_anothers_is_not_taken_for_them(site: Site, ada: int) -> None:
    with site.browser() as client:
        assert through(site, client, "ada").headers["location"] == "/"
    site.provider.be(accounts={"bob": {"email": "ada@example.com", "email_verified": True}})
    with site.browser() as client:
        assert refused(through(site, client, "bob")) == "openid.other_identity"
        assert client.get("/session").status_code == 401
    assert site.ws.access.people[ada].is_active


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("login", ["unverified", "nameless"])
def test_an_address_that_the_provider_has_not_verified_is_nobodys(site: Site, login: str) -> None:
    with site.browser() as client:
        assert refused(through(site, client, login)) == "openid.unverified_email"
        assert client.get("/session").status_code == 401
    entry = last_entry(site)
    assert (entry.actor, entry.action, entry.target) == ("nobody", "failed_sign_in", None)
    assert entry.details == {"through": "openid", "reason": "openid.unverified_email"}


def test_only_people_who_were_added_come_in_unless_it_is_set_what_others_become(site: Site) -> None:
    with site.browser() as client:
        assert refused(through(site, client, "bob")) == "openid.not_invited"
    with site.with_settings(new_role=Role.VIEWER), site.browser() as client:
        assert through(site, client, "bob").headers["location"] == "/"
        user = client.get("/session").json()["user"]
        assert (user["email"], user["name"], user["role"]) == ("bob@example.com", "bob", "viewer")
        made = site.ws.access.people[user["id"]]
        assert made.password is None
        by_password = {"email": "bob@example.com", "password": PASSWORD}
        assert problem(client.post("/session", json=by_password))["code"] == "access.wrong_password"
    site.ws.access.people.remove(made.id, actor="test")


def test_domains_that_may_come_in(site: Site) -> None:
    with site.with_settings(domains=("example.com",), new_role=Role.VIEWER), site.browser() as client:
        assert refused(through(site, client, "eve")) == "openid.domain"
        assert refused(through(site, client, "nameless")) == "openid.unverified_email"
        assert through(site, client, "bob").headers["location"] == "/"
    made = site.ws.access.people.find("bob@example.com")
    assert made is not None
    site.ws.access.people.remove(made.id, actor="test")


def test_who_is_out_of_action_stays_out(site: Site, ada: int) -> None:
    site.ws.access.people.change(ada, actor="test", is_active=False)
    with site.browser() as client:
        assert refused(through(site, client, "ada")) == "openid.inactive"
    site.ws.access.people.change(ada, actor="test", is_active=True)
    with site.browser() as client:
        assert through(site, client, "ada").headers["location"] == "/"
        site.ws.access.people.change(ada, actor="test", is_active=False)
        assert client.get("/session").status_code == 401
        assert refused(through(site, client, "ada")) == "openid.inactive"


@pytest.mark.usefixtures("ada")
def test_a_token_of_another_nonce_is_not_believed(site: Site) -> None:
    with site.browser() as client:
        url = with_query(begin(client), nonce="of-another-sign-in")
        assert refused(client.get(site.provider.sign_in(url, "ada"))) == "openid.token"
        url = with_query(begin(client), nonce=None)
        assert refused(client.get(site.provider.sign_in(url, "ada"))) == "openid.token"
        assert client.get("/session").status_code == 401


@pytest.mark.usefixtures("ada")
def test_an_answer_of_another_state_of_another_browser_or_given_twice_is_none(site: Site) -> None:
    with site.browser() as client, site.browser() as other:
        back = site.provider.sign_in(begin(client), "ada")
        for wrong in ("", "guessed", "x" * 2_000):
            assert refused(client.get(with_query(back, state=wrong))) == "openid.state"
        assert refused(client.get(with_query(back, state=None))) == "openid.state"
        assert refused(other.get(back)) == "openid.state", "a browser that has begun nothing"
        begin(other)
        assert refused(other.get(back)) == "openid.state", "a browser that has begun something else"
        assert client.get(back).headers["location"] == "/"
        assert refused(client.get(back)) == "openid.state", "the same again"


@pytest.mark.usefixtures("ada")
def test_a_code_that_was_used_or_is_of_another_sign_in_is_not_taken(site: Site) -> None:
    with site.browser() as client:
        first = site.provider.sign_in(begin(client), "ada")
        second = query_of(begin(client))["state"]
        # The verifier is that of the second sign-in, and the code is bound to that of the first.
        assert refused(client.get(with_query(first, state=second))) == "openid.code"
        used = site.provider.sign_in(begin(client), "ada")
        assert client.get(used).headers["location"] == "/"
        third = query_of(begin(client))["state"]
        assert refused(client.get(with_query(used, state=third))) == "openid.code"
        fourth = query_of(begin(client))["state"]
        assert refused(client.get(with_query(used, state=fourth, code="guessed"))) == "openid.code"


@pytest.mark.usefixtures("ada")
def test_a_code_that_is_too_old_is_not_taken(site: Site) -> None:
    site.provider.be(codeSeconds=1)
    with site.browser() as client:
        back = site.provider.sign_in(begin(client), "ada")
        time.sleep(2.1)
        assert refused(client.get(back)) == "openid.code"


@pytest.mark.usefixtures("ada")
def test_a_sign_in_that_takes_too_long_has_to_begin_anew(site: Site) -> None:
    passed_s = 0.0
    with site.with_settings(passed_s=lambda: passed_s), site.browser() as client:
        back = site.provider.sign_in(begin(client), "ada")
        passed_s = ATTEMPT_S + 1
        assert refused(client.get(back)) == "openid.state"
        back = site.provider.sign_in(begin(client), "ada")
        passed_s += ATTEMPT_S - 1
        assert client.get(back).headers["location"] == "/"


@pytest.mark.usefixtures("ada")
def test_an_answer_that_says_it_is_of_another_provider_is_refused(site: Site) -> None:
    with site.browser() as client:
        back = site.provider.sign_in(begin(client), "ada")
        assert query_of(back)["iss"] == site.provider.issuer
        assert refused(client.get(with_query(back, iss="https://elsewhere.example"))) == "openid.issuer"
        back = site.provider.sign_in(begin(client), "ada")
        assert refused(client.get(with_query(back, iss=None))) == "openid.issuer"


def test_who_says_no_at_the_provider_is_not_signed_in(site: Site) -> None:
    with site.browser() as client:
        assert refused(through(site, client, None)) == "openid.refused"
        # Who tries again comes to the page that they wanted.
        back = client.get(site.provider.sign_in(begin(client, to="/segments?status=live"), None))
        assert query_of(back.headers["location"]) == {
            "problem": "openid.refused",
            "to": "/segments?status=live",
        }


@pytest.mark.usefixtures("ada")
def test_keys_that_the_provider_has_changed_are_fetched_again(site: Site) -> None:
    with site.browser() as client:
        assert through(site, client, "ada").headers["location"] == "/"
        before = site.provider.be()["/jwks"]
        assert through(site, client, "ada").headers["location"] == "/"
        assert site.provider.be()["/jwks"] == before, "known keys are not fetched for every sign-in"
        site.provider.be(rotate=True)
        assert through(site, client, "ada").headers["location"] == "/"
        assert site.provider.be()["/jwks"] == before + 1


@pytest.mark.usefixtures("ada")
def test_a_provider_that_is_down_is_told_and_passwords_still_do(site: Site) -> None:
    with site.browser() as client, site.with_settings():
        site.provider.be(isDown=True)
        assert refused(client.get("/session/openid")) == "openid.unavailable"
        answer = client.get("/session/openid", headers={"Accept": "application/json"})
        assert (problem(answer)["status"], problem(answer)["code"]) == (503, "openid.unavailable")
        site.provider.be(isDown=False)
        back = site.provider.sign_in(begin(client), "ada")
        site.provider.be(isDown=True)
        assert refused(client.get(back)) == "openid.unavailable"
        by_password = {"email": "admin@example.com", "password": PASSWORD}
        assert client.post("/session", json=by_password).status_code == 201


@pytest.mark.usefixtures("ada")
def test_a_client_that_the_provider_does_not_know_is_told_as_our_own_fault(site: Site) -> None:
    with site.with_settings(client_secret="another"), site.browser() as client:  # noqa: S106 -- of a test
        assert refused(through(site, client, "ada")) == "openid.unavailable"


def test_a_provider_that_calls_itself_otherwise_is_not_asked(site: Site) -> None:
    other = site.provider.issuer.replace("127.0.0.1", "localhost")
    with site.with_settings(issuer=other), site.browser() as client:
        answer = client.get("/session/openid", headers={"Accept": "application/json"})
        assert "calls itself" in problem(answer)["detail"]


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb", ""]
)
@pytest.mark.usefixtures("ada")
def test_nobody_is_sent_elsewhere_afterwards(site: Site, to: str) -> None:
    with site.browser() as client:
        back = client.get(site.provider.sign_in(begin(client, to=to), "ada"))
        assert back.headers["location"] == "/"


def test_nothing_secret_is_shown(site: Site) -> None:
    assert CLIENT_SECRET not in repr(told(site.provider))
    stored = json.dumps([[one.actor, one.details, one.target] for one in site.ws.access.audit.entries()])
    assert "elsewhere.example" not in stored


@pytest.mark.parametrize("issuer", ["http://accounts.example.com", "accounts.example.com", "", "ftp://x"])
def test_an_issuer_that_anybody_on_the_way_could_be_is_refused(issuer: str) -> None:
    with pytest.raises(UsageError, match="https://"):
        OpenIdSettings(issuer, "x")


def test_without_a_provider_there_is_none(site: Site) -> None:
    site.app.state.openid, before = None, site.app.state.openid
    try:
        with site.browser() as client:
            assert client.get("/setup").json()["openid"] is None
            assert refused(client.get("/session/openid")) == "not_found.openid"
            answer = client.get("/session/openid/end", headers={"Accept": "application/json"})
            assert problem(answer)["status"] == 404
    finally:
        site.app.state.openid = before
