"""Forms to join a list: the same answer for everybody, one message, a trap for programs, a limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import SITE, Site, site


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "shop") as found:
        yield found


def contacts(here: Site) -> int:
    return int(here.ws.sql("SELECT count(*) AS n FROM contact")["n"][0].as_py())


def test_known_and_unknown_addresses_get_the_same_answer(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="News")
    path = f"/join/{form.slug}"
    here.ws.lists["News"].add(["c-2"], confirmed=True)
    here.ws.consent.do_not_email("c-3")
    answers = [
        here.browser.post(path, data={"email": address})
        for address in ("c1@example.org", "new@example.org", "c2@example.org", "c3@example.org")
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    told = [{**answer.headers, "date": ""} for answer in answers]
    assert told == [told[0]] * len(told), "nothing tells them apart; a second may pass between two answers"


def test_one_message_however_often_somebody_asks(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="News")
    for address in ("c1@example.org", "C1@Example.org", " c1@example.org ", "c1@example.org"):
        assert here.browser.post(f"/join/{form.slug}", data={"email": address}).status_code == 200
    assert [one.address for one in here.ws.mail.outbox()] == ["c1@example.org"]
    assert here.on("News") == []
    here.ws.advance(to="2026-01-31T00:00:00Z")
    here.browser.post(f"/join/{form.slug}", data={"email": "c1@example.org"})
    assert len(here.ws.mail.outbox()) == 2, "after thirty days it may be asked for anew"


def test_a_form_is_an_interaction_and_a_new_address_a_contact(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers", fields=["city"])
    before = contacts(here)
    sent = {"email": "ada@example.org", "field:city": "London", "field:email": "evil@example.org"}
    here.browser.post(f"/join/{form.slug}", data=sent, headers={"referer": "https://example.org/page"})
    assert contacts(here) == before + 1
    row = here.ws.sql("SELECT * FROM form_submitted").to_pylist()[0]
    assert (row["form"], row["list"], row["page"]) == ("Site", "Offers", "https://example.org/page")
    assert here.on("Offers") == [row["contact"]]
    made = here.ws.sql("SELECT email, city FROM contact WHERE id = ?", [row["contact"]]).to_pylist()
    assert made == [{"email": "ada@example.org", "city": "London"}]
    assert here.ws.consent.of(row["contact"]).topics["subscriptions"].state == "granted"


def test_a_stranger_cannot_change_the_attributes_of_a_contact(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers", fields=["city"])
    here.browser.post(f"/join/{form.slug}", data={"email": "c1@example.org", "field:city": "Hull"})
    assert here.ws.sql("SELECT city FROM contact WHERE id = 'c-1'")["city"][0].as_py() == "Paris"


def test_who_fills_in_the_trap_gets_a_thank_you_and_nothing_happens(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers")
    version = here.ws.version
    sent = {"email": "c1@example.org", "website": "https://spam.example"}
    good = here.browser.post(f"/join/{form.slug}", data=sent)
    assert good.status_code == 200
    assert here.ws.version == version


@pytest.mark.parametrize(
    "address", ["", "x", "a@b", "a b@example.org", "a@example.org,b@example.org", "é" * 300]
)
def test_what_is_no_address_is_asked_for_again(here: Site, address: str) -> None:
    form = here.ws.forms.create("Site", joins="Offers")
    version = here.ws.version
    answer = here.browser.post(f"/join/{form.slug}", data={"email": address})
    assert answer.status_code == 422
    assert "Please give an e-mail address" in answer.text
    assert here.ws.version == version


def test_a_place_may_send_only_so_many_forms(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers")
    codes = [
        here.browser.post(f"/join/{form.slug}", data={"email": f"x{n}@example.org"}).status_code
        for n in range(25)
    ]
    assert codes == [200] * 20 + [429] * 5
    assert len(here.on("Offers")) == 20
    here.ws.advance(to="2026-01-01T00:10:00Z")
    assert here.browser.post(f"/join/{form.slug}", data={"email": "late@example.org"}).status_code == 200


def test_slugs_cannot_be_guessed_and_a_deleted_form_is_gone(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers")
    assert len(form.slug) >= 16
    here.ws.forms.delete("site")
    assert here.browser.get(f"/join/{form.slug}").status_code == 404
    assert here.browser.post(f"/join/{form.slug}", data={"email": "c1@example.org"}).status_code == 404


def test_the_html_for_ones_own_page_posts_what_the_form_takes(here: Site) -> None:
    here.ws.forms.create("Site", joins="Offers", fields=["city"], language="de")
    html = here.ws.forms.html("Site")
    assert f'action="{SITE}/join/' in html
    assert 'name="email"' in html
    assert 'name="field:city"' in html
    assert "Anmelden" in html


def test_large_bodies_are_not_read(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="Offers")
    answer = here.browser.post(
        f"/join/{form.slug}", data={"email": "c1@example.org", "field:city": "x" * 100_000}
    )
    assert answer.status_code == 422
