"""Links by e-mail: for who has forgotten a password, and for who is invited; over a real mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from satsuma.access.mail import RESET_US
from satsuma.access.roles import Role
from satsuma.api import passwords, people
from satsuma.api import session as signing
from satsuma.api.rates import Rates
from satsuma.kernel.clock import Clock
from satsuma.lists.mail import Delivered
from tests.api.shop import PASSWORD, Shop, email_of, problem, shop
from tests.lists.mail_server import Inbox, mail_server

SITE = "https://segments.example.com"
LINK = re.compile(rf"{SITE}/password#token=(\S+)")
OTHER = "quite another password"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("forgotten"), contacts=3) as found:
        found.ws.mail.configure(sender="Satsuma <satsuma@example.com>", public_url=SITE)
        yield found


@pytest.fixture
def inbox(served: Shop) -> Iterator[Inbox]:
    with mail_server() as found:
        served.app.state.mail_server = found.server
        yield found
        served.app.state.mail_server = None


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask more often than people."""
    for module in (signing, people, passwords):
        monkeypatch.setattr(module, "by_address", Rates(0))
    monkeypatch.setattr(signing, "by_account", Rates(0))
    monkeypatch.setattr(passwords, "by_account", Rates(0))


def deliver(served: Shop, inbox: Inbox) -> Delivered:
    return served.ws.access.mail.deliver(inbox.server, SITE)


def token_of(inbox: Inbox) -> str:
    found = LINK.search(inbox.text())
    assert found is not None, inbox.text()
    return found[1]


def later(clock: Clock, us: int) -> int:
    return clock.now() + us


def ask(client: httpx.Client, email: str) -> httpx.Response:
    return client.post("/password/reset", json={"email": email})


def redeem(client: httpx.Client, token: str, password: str = OTHER) -> httpx.Response:
    return client.post("/password", json={"token": token, "new_password": password})


def sign_in(client: httpx.Client, email: str, password: str) -> int:
    return client.post("/session", json={"email": email, "password": password}).status_code


def test_who_has_forgotten_their_password_sets_another_and_their_sessions_end(
    served: Shop, inbox: Inbox
) -> None:
    email = email_of(Role.SELLER)
    with served.signed_in(Role.SELLER) as before, served.nobody() as client:
        assert client.get("/setup").json()["mail"] is True
        assert ask(client, email.upper()).status_code == 202
        assert deliver(served, inbox) == Delivered(sent=1)
        message = inbox.messages[0]
        assert (message["To"], message["From"]) == (email, "Satsuma <satsuma@example.com>")
        assert message["Subject"] == "A new password for shop"
        assert "for 60 minutes" in inbox.text()
        assert before.get("/session").status_code == 200, "until the link is used nothing changes"
        token = token_of(inbox)
        assert problem(redeem(client, token, "short"))["code"] == "usage.password"
        assert redeem(client, token).status_code == 204
        assert before.get("/session").status_code == 401
        assert sign_in(client, email, PASSWORD) == 401
        assert sign_in(client, email, OTHER) == 201
        assert problem(redeem(client, token, PASSWORD))["code"] == "not_found.link"
        assert deliver(served, inbox) == Delivered(), "what is sent is sent"


def test_nobody_learns_from_the_answer_or_from_versions_who_is_known(served: Shop, inbox: Inbox) -> None:
    with served.nobody() as client:
        seen = []
        for email in (email_of(Role.VIEWER), "nobody@example.com", "no address", ""):
            before = served.ws.version
            answer = ask(client, email)
            asked = served.ws.version
            deliver(served, inbox)
            headers = {
                name: value
                for name, value in answer.headers.items()
                if name not in ("date", "satsuma-version")
            }
            seen.append(
                (answer.status_code, answer.content, headers, asked - before, served.ws.version - asked)
            )
        assert seen[0][3:] == (1, 2)
        assert seen == seen[:1] * 4
    assert [message["To"] for message in inbox.messages] == [email_of(Role.VIEWER)]
    assert served.ws.access.mail.waiting() == 0


def test_somebody_who_is_out_of_action_is_sent_nothing(served: Shop, inbox: Inbox) -> None:
    made = served.ws.access.people.add("gone@example.com", "Gone", Role.VIEWER, PASSWORD, actor="test")
    with served.nobody() as client, served.signed_in(Role.ADMIN) as admin:
        assert ask(client, "gone@example.com").status_code == 202
        served.ws.access.people.change(made.id, actor="test", is_active=False)
        assert ask(client, "gone@example.com").status_code == 202
        deliver(served, inbox)
        assert inbox.messages == []
        assert problem(admin.post(f"/users/{made.id}/invitation"))["code"] == "access.inactive"


def test_a_link_is_good_for_an_hour_and_until_the_next(served: Shop, inbox: Inbox) -> None:
    email = email_of(Role.VIEWER)
    with served.nobody() as client:
        ask(client, email)
        deliver(served, inbox)
        old = token_of(inbox)
        ask(client, email)
        ask(client, email)
        assert deliver(served, inbox).sent == 1, "asked twice before it is sent, it is sent once"
        late = token_of(inbox)
        assert problem(redeem(client, old))["code"] == "not_found.link"
        served.clock.set(later(served.clock, RESET_US))
        assert problem(redeem(client, late))["code"] == "not_found.link"
        assert sign_in(client, email, PASSWORD) == 201


def test_asking_is_bounded(served: Shop, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "by_account", Rates(3, minutes=60))
    with served.nobody() as client:
        for email in (email_of(Role.VIEWER), "unknown@example.com"):
            assert [ask(client, email).status_code for _ in range(5)] == [202] * 3 + [429] * 2
            refused = ask(client, f" {email.upper()}")
            assert problem(refused)["code"] == "access.rate"
            assert 60 < int(refused.headers["retry-after"]) <= 1_201
        assert deliver(served, inbox).sent == 1


def test_no_link_stands_in_the_workspace(served: Shop, inbox: Inbox) -> None:
    with served.nobody() as client, served.signed_in(Role.ADMIN) as admin:
        ask(client, email_of(Role.MARKETER))
        deliver(served, inbox)
        token = token_of(inbox)
        shown = admin.get("/outbox").text + admin.get("/audit").text + admin.get("/versions").text
        assert token not in shown
        entry = admin.get("/audit", params={"action": "ask_password_reset"}).json()["items"][0]
        person = served.ws.access.people.find(email_of(Role.MARKETER))
        assert person is not None
        assert (entry["actor"], entry["target"]) == ("nobody", f"person={person.id}")
    files = [path for path in Path(served.ws.path).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if token.encode() in path.read_bytes()]


def test_a_mail_server_that_takes_nothing_is_tried_again_with_another_link(
    served: Shop, inbox: Inbox
) -> None:
    email = email_of(Role.VIEWER)
    with served.nobody() as client:
        ask(client, email)
        inbox.refusals = {email: "451 come again"}
        assert deliver(served, inbox) == Delivered(postponed=1)
        assert deliver(served, inbox) == Delivered(), "not before a minute has passed"
        served.clock.set(later(served.clock, 60_000_000))
        inbox.refusals = {}
        assert deliver(served, inbox) == Delivered(sent=1)
        assert redeem(client, token_of(inbox), PASSWORD).status_code == 204
        ask(client, email)
        inbox.refusals = {email: "550 no such user"}
        assert deliver(served, inbox) == Delivered(failed=1)
        assert served.ws.access.mail.waiting() == 0


def test_who_is_added_without_a_password_is_invited(served: Shop, inbox: Inbox) -> None:
    with served.signed_in(Role.ADMIN) as admin, served.nobody() as client:
        body = {"email": "new@example.com", "name": "New\nBcc: all", "role": "viewer"}
        made = admin.post("/users", json=body).json()
        assert deliver(served, inbox).sent == 1
        assert inbox.messages[0]["Subject"] == "You are invited to shop"
        assert inbox.messages[0]["Bcc"] is None
        first = token_of(inbox)
        assert admin.post(f"/users/{made['id']}/invitation").status_code == 202
        assert deliver(served, inbox).sent == 1
        assert problem(redeem(client, first))["code"] == "not_found.link"
        assert redeem(client, token_of(inbox)).status_code == 204
        assert sign_in(client, "new@example.com", OTHER) == 201
        admin.post("/users", json={**body, "email": "other@example.com", "password": PASSWORD})
        assert deliver(served, inbox) == Delivered(), "whoever has a password needs no link"


def test_where_no_messages_are_sent_nobody_is_promised_one(served: Shop) -> None:
    with served.nobody() as client, served.signed_in(Role.ADMIN) as admin:
        assert client.get("/setup").json()["mail"] is False
        for email in (email_of(Role.VIEWER), "nobody@example.com"):
            assert problem(ask(client, email))["code"] == "mail.no_server"
        body = {"email": "byhand@example.com", "name": "By hand", "role": "viewer"}
        made = admin.post("/users", json=body).json()
        assert problem(admin.post(f"/users/{made['id']}/invitation"))["code"] == "mail.no_server"
        assert served.ws.access.mail.waiting() == 0
        assert admin.post(f"/users/{made['id']}/password-link").json()["token"]


def test_the_name_by_which_a_request_comes_does_not_stand_in_links(served: Shop, inbox: Inbox) -> None:
    with served.nobody() as client:
        headers = {"Host": "localhost", "X-Forwarded-Host": "evil.example"}
        answer = client.post("/password/reset", json={"email": email_of(Role.VIEWER)}, headers=headers)
        assert answer.status_code == 202
        deliver(served, inbox)
        assert "evil" not in inbox.text()
        assert "localhost" not in inbox.text()
