"""Messages: an opt-in from question to list over a real mail server; refusals, pauses, cancelling."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import satsuma
from satsuma.lists.outbox import ATTEMPTS_MAX
from satsuma.lists.smtp import MailServer
from tests.lists.mail_server import Inbox, mail_server
from tests.lists.shop import shop

LINK = re.compile(r"https://lists\.example\.org/confirm/(\S+)")


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as found:
        found.mail.configure(public_url="https://lists.example.org/", sender="Käthe <news@example.org>")
        found.lists.create("Neues & Altes", subscription=True, double_opt_in=True)
        yield found


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as found:
        yield found


def test_who_asks_gets_one_message_and_is_on_the_list_once_they_confirm(
    ws: satsuma.Workspace, inbox: Inbox
) -> None:
    news = ws.lists["Neues & Altes"]
    first = news.ask(["c-1", "c-6", "nobody"])
    assert (first.asked, first.no_address, first.unknown) == (1, 1, ("nobody",))
    assert news.ask(["c-1"]).waiting == 1
    assert [one.key for one in news.pending()] == ["c-1"]
    assert ws.mail.deliver(inbox.server).sent == 1
    assert ws.mail.deliver(inbox.server).sent == 0, "what is sent is sent"
    message = inbox.messages[0]
    assert (message["To"], message["Subject"]) == ("c1@example.org", "Please confirm: Neues & Altes")
    assert message["From"] == "Käthe <news@example.org>"
    found = LINK.search(inbox.text())
    assert found is not None
    assert ws.public.confirm(found[1]) == "Neues & Altes"
    assert (list(news), news.pending()) == (["c-1"], [])
    entry = ws.consent.of("c-1").topics["subscriptions"]
    assert (entry.state, entry.source, entry.contact_point) == ("granted", "double opt-in", "c1@example.org")
    assert news.ask(["c-1"]).on_list == 1
    row = ws.sql("SELECT contact, through FROM list_subscribed").to_pylist()
    assert row == [{"contact": "c-1", "through": "double opt-in"}]


def test_who_is_not_to_be_emailed_is_not_asked_and_queued_messages_are_cancelled(
    ws: satsuma.Workspace, inbox: Inbox
) -> None:
    news = ws.lists["neues & altes"]
    ws.consent.do_not_email("c-1")
    news.ask(["c-1", "c-2", "c-3", "c-4"])
    ws.consent.do_not_email("c-2")
    ws.delete("contact", ["c-3"])
    assert ws.mail.counts() == {"queued": 1, "sent": 0, "failed": 0, "cancelled": 1}
    done = ws.mail.deliver(inbox.server)
    assert (done.sent, done.cancelled) == (1, 0)
    assert [message["To"] for message in inbox.messages] == ["c4@example.org"]


def test_what_is_refused_for_good_fails_and_what_is_not_is_tried_again(
    ws: satsuma.Workspace, inbox: Inbox
) -> None:
    ws.lists["Neues & Altes"].ask(["c-1", "c-2", "c-3"])
    inbox.refusals = {"c1@example.org": "550 no such user", "c2@example.org": "451 come again"}
    done = ws.mail.deliver(inbox.server)
    assert (done.sent, done.postponed, done.failed) == (1, 1, 1)
    failed = ws.mail.outbox(state="failed")[0]
    assert failed.address == "c1@example.org"
    assert "no such user" in str(failed.error)
    assert ws.mail.deliver(inbox.server).postponed == 0, "not before a minute has passed"
    ws.advance(to="2026-01-01T00:01:00Z")
    inbox.refusals = {}
    assert ws.mail.deliver(inbox.server).sent == 1
    assert ws.mail.retry([failed.id]) == 1
    assert ws.mail.deliver(inbox.server).sent == 1
    ids = [message["Message-ID"] for message in inbox.messages]
    assert len(set(ids)) == 3


def test_a_server_that_cannot_be_reached_is_tried_for_a_day(ws: satsuma.Workspace, inbox: Inbox) -> None:
    nowhere = replace(inbox.server, port=1)
    ws.lists["Neues & Altes"].ask(["c-1"])
    for day in range(1, ATTEMPTS_MAX + 1):
        done = ws.mail.deliver(nowhere)
        assert (done.postponed, done.failed) == ((1, 0) if day < ATTEMPTS_MAX else (0, 1))
        ws.advance(to=f"2026-01-{1 + day:02}T00:00:00Z")
    assert ws.mail.outbox()[0].attempts == ATTEMPTS_MAX
    assert ws.mail.deliver(inbox.server).sent == 0


def test_messages_are_sent_from_a_thread_with_a_running_loop_as_in_a_notebook(
    ws: satsuma.Workspace, inbox: Inbox
) -> None:
    ws.lists["Neues & Altes"].ask(["c-1"])

    async def cell() -> int:
        return ws.mail.deliver(inbox.server).sent

    assert asyncio.run(cell()) == 1


def test_after_thirty_days_one_may_be_asked_anew(ws: satsuma.Workspace) -> None:
    news = ws.lists["Neues & Altes"]
    news.ask(["c-1"])
    ws.advance(to="2026-01-30T23:59:59Z")
    assert news.ask(["c-1"]).waiting == 1
    ws.advance(to="2026-01-31T00:00:00Z")
    assert (news.pending(), news.ask(["c-1"]).asked) == ([], 1)


def test_settings_that_are_none_are_refused(ws: satsuma.Workspace) -> None:
    for wrong in ("lists.example.org", "ftp://example.org", "https://", "https://example.org/?x=1"):
        with pytest.raises(satsuma.Error, match="found the address"):
            ws.mail.configure(public_url=wrong)
    for wrong in ("news", "News <news>", "a@example.org\r\nBcc: b@example.org"):
        with pytest.raises(satsuma.Error, match="found the sender"):
            ws.mail.configure(sender=wrong)
    assert ws.mail.settings.public_url == "https://lists.example.org"


def test_an_empty_text_takes_a_setting_back(ws: satsuma.Workspace) -> None:
    assert ws.mail.settings.sender
    found = ws.mail.configure(public_url="", sender="")
    assert (found.public_url, found.sender) == (None, None)


def test_without_sender_or_site_nothing_is_sent_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    with shop(tmp_path / "other") as other:
        other.lists.create("News", subscription=True, double_opt_in=True)
        with pytest.raises(satsuma.Error, match="the site that serves the public pages"):
            other.lists["News"].ask(["c-1"])
        assert other.lists["News"].pending() == []
        with pytest.raises(satsuma.Error, match="need an address that they come from"):
            other.mail.deliver(MailServer("127.0.0.1"))


def test_a_password_is_shown_nowhere() -> None:
    assert "hunter2" not in repr(MailServer("mail.example.org", password="hunter2"))  # noqa: S106  -- of no server
