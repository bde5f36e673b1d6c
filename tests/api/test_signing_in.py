"""Set-up, sessions, passwords, keys and the audit log."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api import people
from satsuma.api import session as signing
from satsuma.api.app import AppSettings, make_app
from satsuma.api.rates import Rates
from satsuma.kernel.clock import ManualClock
from tests.api.live import live
from tests.api.shop import PASSWORD, START, Shop, email_of, problem, shop

TOKEN = "from-the-terminal"  # noqa: S105 -- of no server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("signing"), contacts=4) as found:
        yield found


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests sign in more often than people."""
    monkeypatch.setattr(signing, "by_address", Rates(0))
    monkeypatch.setattr(signing, "by_account", Rates(0))
    monkeypatch.setattr(people, "by_address", Rates(0))


def test_the_first_administrator_is_made_once_and_with_the_token(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clock = ManualClock(START)
    with satsuma.open(tmp_path_factory.mktemp("empty") / "w", clock=clock) as ws:
        app = make_app(ws, clock, AppSettings(setup_token=TOKEN))
        with live(app) as address, httpx.Client(base_url=f"{address}/api/v1") as client:
            body = {"token": "guessed", "email": "ada@example.com", "name": "Ada", "password": PASSWORD}
            assert client.get("/setup").json()["needed"] is True
            assert problem(client.post("/setup", json=body))["code"] == "access.forbidden"
            body["token"] = TOKEN
            made = client.post("/setup", json=body)
            assert made.status_code == 201
            assert made.json()["user"]["role"] == "admin"
            assert client.get("/session").json()["user"]["email"] == "ada@example.com"
            assert client.get("/setup").json()["needed"] is False
            again = {**body, "email": "eve@example.com"}
            assert problem(client.post("/setup", json=again))["code"] == "access.set_up"
        assert [person.email for person in ws.access.people.list()] == ["ada@example.com"]


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(served: Shop) -> None:
    with served.nobody() as client:
        body = {"email": "MARKETER@example.com", "password": PASSWORD}
        answer = client.post("/session", json=body)
        assert answer.status_code == 201
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert answer.headers["cache-control"] == "no-store"
        assert PASSWORD not in answer.text
        assert "create_segment" in answer.json()["permissions"]
        assert "create_user" not in answer.json()["permissions"]
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        assert client.delete("/session").status_code == 204
        token = answer.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]
        assert client.get("/session", headers={"Cookie": f"satsuma_session={token}"}).status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("admin@example.com", "another password"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("admin@example.com", ""),
    ],
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    served: Shop, email: str, password: str
) -> None:
    with served.nobody() as client:
        found = problem(client.post("/session", json={"email": email, "password": password}))
        assert (found["status"], found["code"]) == (401, "access.wrong_password")
        assert found["detail"] == "the address and the password do not go together"


def test_passwords_are_guessed_a_few_times_and_then_no_more(
    served: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "by_account", Rates(5))
    with served.nobody() as client:
        body = {"email": "viewer@example.com", "password": "a wrong one"}
        statuses = [client.post("/session", json=body).status_code for _ in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        late = client.post("/session", json={**body, "password": PASSWORD})
        assert problem(late)["code"] == "access.rate"
        assert int(late.headers["retry-after"]) > 0
        other = client.post("/session", json={"email": "seller@example.com", "password": PASSWORD})
        assert other.status_code == 201


def test_a_new_password_ends_all_sessions(served: Shop) -> None:
    with served.signed_in(Role.SELLER) as one, served.signed_in(Role.SELLER) as other:
        wrong = {"password": "not this one", "new_password": "quite another password"}
        assert problem(one.patch("/session/password", json=wrong))["code"] == "access.wrong_password"
        short = {"password": PASSWORD, "new_password": "short"}
        assert problem(one.patch("/session/password", json=short))["code"] == "usage.password"
        changed = {"password": PASSWORD, "new_password": "quite another password"}
        assert one.patch("/session/password", json=changed).status_code == 204
        assert one.get("/session").status_code == 401
        assert other.get("/session").status_code == 401
    person = served.ws.access.people.find(email_of(Role.SELLER))
    assert person is not None
    served.ws.access.people.change(person.id, actor="test", password=PASSWORD)


def test_sessions_end_by_themselves(served: Shop) -> None:
    with served.signed_in(Role.VIEWER) as client:
        assert client.get("/session").status_code == 200
        served.clock.set("2026-06-20T00:00:00Z")
        assert client.get("/session").status_code == 401


def test_somebody_who_is_put_out_of_action_is_out_at_once(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin:
        body = {"email": "gone@example.com", "name": "Gone", "role": "marketer", "password": PASSWORD}
        made = admin.post("/users", json=body).json()
        with served.nobody() as gone:
            assert gone.post("/session", json={k: body[k] for k in ("email", "password")}).status_code == 201
            assert admin.patch(f"/users/{made['id']}", json={"is_active": False}).status_code == 200
            assert gone.get("/segments").status_code == 401
            assert gone.post("/session", json={k: body[k] for k in ("email", "password")}).status_code == 401


def test_who_is_invited_sets_a_password_once_and_in_time(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin, served.nobody() as invited:
        body = {"email": "new@example.com", "name": "New", "role": "viewer"}
        made = admin.post("/users", json=body).json()
        signing_in = {"email": "new@example.com", "password": PASSWORD}
        assert invited.post("/session", json=signing_in).status_code == 401
        old = admin.post(f"/users/{made['id']}/password-link").json()["token"]
        link = admin.post(f"/users/{made['id']}/password-link").json()
        assert link["token"] not in admin.get("/audit").text
        for token in ("", "guessed", old):
            refused = invited.post("/password", json={"token": token, "new_password": PASSWORD})
            assert problem(refused)["code"] == "not_found.link"
        weak = invited.post("/password", json={"token": link["token"], "new_password": "short"})
        assert problem(weak)["code"] == "usage.password"
        redeemed = {"token": link["token"], "new_password": PASSWORD}
        assert invited.post("/password", json=redeemed).status_code == 204
        assert problem(invited.post("/password", json=redeemed))["status"] == 404
        assert invited.post("/session", json=signing_in).status_code == 201
        late = admin.post(f"/users/{made['id']}/password-link").json()
        served.clock.set(late["expires_at"])
        expired = invited.post("/password", json={"token": late["token"], "new_password": PASSWORD})
        assert problem(expired)["code"] == "not_found.link"


def test_somebody_is_always_left_to_administer(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin:
        me = admin.get("/session").json()["user"]["id"]
        for change in ({"role": "viewer"}, {"is_active": False}):
            assert problem(admin.patch(f"/users/{me}", json=change))["code"] == "access.last_admin"
        assert problem(admin.delete(f"/users/{me}"))["code"] == "access.last_admin"


def test_a_key_is_shown_once_kept_as_a_hash_expires_and_is_revoked(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin:
        body = {"name": "short", "role": "viewer", "expires_at": "2026-07-01T00:00:00Z"}
        made = admin.post("/api-keys", json=body).json()
        listed = admin.get("/api-keys")
        assert made["secret"] not in listed.text
        assert made["secret"].startswith(made["prefix"])
        rows = served.ws.access.keys.list()
        assert all(made["secret"] != one.secret_hash for one in rows)
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        with served.nobody() as client:
            assert client.get("/segments", headers=bearer).status_code == 200
            served.clock.set("2026-07-01T00:00:00Z")
            assert client.get("/segments", headers=bearer).status_code == 401
        lasting = admin.post("/api-keys", json={"name": "lasting"}).json()
        bearer = {"Authorization": f"Bearer {lasting['secret']}"}
        with served.nobody() as client:
            assert client.get("/segments", headers=bearer).status_code == 200
            assert admin.delete(f"/api-keys/{lasting['id']}").status_code == 204
            assert client.get("/segments", headers=bearer).status_code == 401


def test_a_write_key_sends_messages_and_opens_nothing_else(served: Shop) -> None:
    _, secret = served.ws.access.keys.create(KeyKind.WRITE, "web", actor="test", role=Role.ADMIN)
    with served.nobody() as client:
        assert client.get("/segments", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        sent = httpx.post(
            f"{served.address}/v1/track",
            json={"userId": "c-1", "event": "Seen"},
            auth=(secret, ""),
            timeout=30,
        )
        assert sent.status_code == 200
        assert served.ws.sql('SELECT count(*) AS n FROM "Seen"')["n"][0].as_py() == 1


def test_every_change_and_every_export_stands_in_the_log_with_its_actor(served: Shop) -> None:
    with served.signed_in(Role.MARKETER) as marketer, served.signed_in(Role.ADMIN) as admin:
        made = marketer.post("/segments", json={"name": "Logged", "where": "age > 1"}).json()["id"]
        marketer.patch(f"/segments/{made}", json={"description": "x"})
        marketer.get(f"/segments/{served.segments['Picked']}/members/export")
        marketer.get("/segments")
        marketer.delete(f"/segments/{made}")
        found = admin.get("/audit", params={"actor": "marketer@example.com", "limit": 4}).json()["items"]
    assert [one["action"] for one in found] == [
        "delete_segment",
        "export_segment_members",
        "change_segment",
        "create_segment",
    ]
    assert all(one["origin"] == "127.0.0.1" for one in found)
    assert found[0]["target"] == f"id={made}"
    versions = {one["version"] for one in found}
    assert len(versions) == 4


def test_work_that_goes_on_beside_requests_stands_in_the_log_too(served: Shop) -> None:
    with served.signed_in(Role.MARKETER) as marketer, served.signed_in(Role.ADMIN) as admin:
        made = marketer.post("/segments", json={"name": "Lively", "where": "age > 1"}).json()["id"]
        job = marketer.post(f"/segments/{made}/go-live").json()["id"]
        while marketer.get(f"/jobs/{job}").json()["state"] == "running":
            pass
        found = admin.get("/audit", params={"action": "take_segment_live"}).json()["items"]
    assert found
    assert {one["target"] for one in found} == {f"id={made}"}
    assert {one["actor"] for one in found} == {"marketer@example.com"}
    kinds = {one.version: one.actor for one in served.ws.versions()}
    assert {kinds[one["version"]] for one in found} == {"marketer@example.com"}
