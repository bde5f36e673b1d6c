"""The public pages: what people see and do, the same in every language and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from satsuma.lists.center_content import Content, Texts
from satsuma.web.drawing import preview, text_on
from satsuma.web.texts import LANGUAGES, TEXTS, wanted_language
from tests.web.site import Site, site


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "shop") as found:
        yield found


def ids(here: Site) -> dict[str, str]:
    return {one.name: str(one.id) for one in here.ws.lists.list()}


def test_every_language_has_every_text_with_the_same_places() -> None:
    english = TEXTS["en"]
    for texts in TEXTS.values():
        assert set(texts) == set(english)
        for name, text in texts.items():
            assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", english[name]), name


def test_a_contact_leaves_one_list_joins_another_and_the_segments_follow(here: Site) -> None:
    here.ws.lists["Offers"].add(["c-1"])
    here.ws.segments.create("Offers", where='in list "Offers" and not consent "email" is denied').go_live()
    here.ws.segments.create("Left", where='did list_unsubscribed where list is "Offers"').go_live()
    path, lists = here.center_path(), ids(here)
    page = here.browser.get(path).text
    assert f'value="{lists["Offers"]}" checked' in page
    assert f'value="{lists["News"]}" checked' not in page
    answer = here.browser.post(path, data={"list": lists["News"], "action": "save"})
    assert answer.status_code == 200
    assert "Your choices have been saved." in answer.text
    assert "Unsubscribed: Offers" in answer.text
    assert here.on("Offers") == []
    assert "c-1" not in here.ws.segments["Offers"].members()
    assert "c-1" in here.ws.segments["Left"].members()
    assert [one.key for one in here.ws.lists["News"].pending()] == ["c-1"]
    assert "Thank you" in here.browser.post(here.confirm_path()).text
    assert here.on("News") == ["c-1"]


def test_do_not_email_keeps_memberships_and_goes_before_them(here: Site) -> None:
    here.ws.lists["Offers"].add(["c-1", "c-2"])
    here.ws.segments.create("Mail", where='in list "Offers" and not consent "email" is denied').go_live()
    path, lists = here.center_path(), ids(here)
    here.browser.post(path, data={"list": lists["Offers"], "do_not_email": "yes", "action": "save"})
    assert here.on("Offers") == ["c-1", "c-2"]
    assert list(here.ws.segments["Mail"].members()) == ["c-2"]
    assert here.ws.consent.of("c-1").do_not_email
    here.ws.advance(to="2026-01-02T00:00:00Z")
    here.browser.post(path, data={"list": lists["Offers"], "action": "save"})
    assert not here.ws.consent.of("c-1").do_not_email
    assert list(here.ws.segments["Mail"].members()) == ["c-1", "c-2"]


def test_leaving_all_leaves_the_lists_of_the_center_whatever_is_ticked(here: Site) -> None:
    here.ws.lists.create("Staff").add(["c-1"])
    here.ws.lists["Offers"].add(["c-1"])
    here.browser.post(here.center_path(), data={"list": ids(here)["Offers"], "action": "leave_all"})
    assert here.on("Offers") == []
    assert here.on("Staff") == ["c-1"]
    assert here.ws.consent.of("c-1").topics["subscriptions"].state == "denied"


def test_lists_that_the_center_does_not_show_cannot_be_joined_through_it(here: Site) -> None:
    secret = here.ws.lists.create("Board", subscription=True)
    here.browser.post(here.center_path(), data={"list": str(secret.id), "action": "save"})
    assert len(secret) == 0


def test_a_post_that_is_not_what_the_page_sends_changes_nothing(here: Site) -> None:
    here.ws.lists["Offers"].add(["c-1"])
    path, version = here.center_path(), here.ws.version
    for sent in (
        {"content": b""},
        {"data": {"list": "99"}},
        {"data": {"action": "erase"}},
        {"json": {"action": "leave_all"}},
        {"data": {"action": "leave_all", "list": "x" * 100_000}},
        {"content": iter([b"action=leave_all"]), "headers": {"transfer-encoding": "chunked"}},
    ):
        answer = here.browser.post(path, **sent)
        assert answer.status_code == 200
        assert "have been saved" not in answer.text
    assert here.ws.version == version
    assert here.on("Offers") == ["c-1"]


def test_who_has_confirmed_is_led_to_the_center_that_shows_the_list(here: Site) -> None:
    here.ws.lists["News"].ask(["c-1"])
    path = here.confirm_path()
    assert "subscriptions/" not in here.browser.get(path).text
    told = here.browser.post(path, data={"lang": "de"})
    onward = re.search(r'href="\.\./(subscriptions/[^"]+)"', told.text)
    assert onward is not None
    center = here.browser.get(f"/{onward[1]}")
    assert center.status_code == 200
    assert 'lang="de"' in center.text
    here.ws.centers["Main"].unpublish()
    assert "subscriptions/" not in here.browser.post(path).text
    assert here.browser.get(f"/{onward[1]}").status_code == 404


def test_one_click_unsubscribing_needs_no_page_and_may_be_repeated(here: Site) -> None:
    here.ws.lists["Offers"].add(["c-1"])
    path = here.unsubscribe_path("c-1", "Offers")
    assert here.browser.get(path).status_code == 200
    assert here.on("Offers") == ["c-1"], "a GET changes nothing"
    for _ in range(2):
        answer = here.browser.post(
            path,
            content="List-Unsubscribe=One-Click",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 200
    assert here.on("Offers") == []
    assert here.ws.sql("SELECT count(*) AS n FROM list_unsubscribed")["n"][0].as_py() == 1


def test_one_click_without_a_list_stops_all_email(here: Site) -> None:
    path = here.unsubscribe_path("c-1")
    assert "any e-mail" in here.browser.get(path).text
    assert here.browser.post(path).status_code == 200
    assert here.ws.consent.of("c-1").do_not_email
    assert here.ws.consent.of("c-1").topics["email"].source == "unsubscribe link"


def test_a_get_never_makes_a_version(here: Site) -> None:
    here.ws.lists["News"].ask(["c-2"])
    version = here.ws.version
    for path in (here.center_path(), here.confirm_path(), here.unsubscribe_path("c-1")):
        assert here.browser.get(path).status_code == 200
        assert here.browser.head(path).status_code == 200
    assert here.ws.version == version


@pytest.mark.parametrize(
    ("query", "accepts", "title"),
    [
        ("", "de-AT,de;q=0.9", "Beispiel GmbH"),
        ("?lang=de", "en", "Beispiel GmbH"),
        ("?lang=en", "de", "Example Ltd"),
        ("?lang=fr", "fr", "Example Ltd"),
        ("", "fr;q=0.9,de;q=0.2,en;q=0.1", "Beispiel GmbH"),
        ("", "de;q=0,en", "Example Ltd"),
        ("", ";;;q=,q", "Example Ltd"),
    ],
)
def test_the_page_is_in_the_language_that_is_asked_for(
    here: Site, query: str, accepts: str, title: str
) -> None:
    answer = here.browser.get(here.center_path() + query, headers={"accept-language": accepts})
    assert f"<title>{title}</title>" in answer.text
    language = "de" if title.startswith("Bei") else "en"
    assert f'<html lang="{language}">' in answer.text


def test_lists_have_names_in_the_language_of_the_page_and_messages_are_in_it(here: Site) -> None:
    shown = [
        {"list": "News", "names": {"de": "Neuigkeiten"}, "abouts": {"de": "Einmal im Monat"}},
        {"list": "Offers", "names": {"de": "Angebote"}},
    ]
    here.ws.centers["Main"].edit(lists=shown)
    here.ws.centers["Main"].publish()
    path, lists = here.center_path(), ids(here)
    page = here.browser.get(path + "?lang=de").text
    assert "Neuigkeiten" in page
    assert "Einmal im Monat" in page
    sent = {"lang": "de", "list": [lists["News"], lists["Offers"]], "action": "save"}
    page = here.browser.post(path, data=sent).text
    assert "Angemeldet: Angebote" in page
    assert re.search("gleich bekommen: Neuigkeiten", page)
    assert here.ws.mail.outbox()[0].subject == "Bitte bestätigen: News"
    assert "Subscribed: Offers" not in here.browser.get(path + "?lang=en").text


def test_what_people_write_is_shown_as_text(here: Site) -> None:
    here.ws.lists.create("<b>Bold</b> & Co", subscription=True, description="<script>alert(1)</script>")
    here.ws.centers["Main"].edit(
        lists=["<b>Bold</b> & Co"], texts={"en": {"title": '"><script>x</script>', "footer": "<i>"}}
    )
    here.ws.centers["Main"].publish()
    page = here.browser.get(here.center_path()).text
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page


def test_pages_load_nothing_and_tell_nobody_where_they_are(here: Site) -> None:
    answer = here.browser.get(here.center_path())
    assert "<script" not in answer.text
    assert re.findall(r'(?:src|href)="(?!\?)[^"]*"', answer.text) == []
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_every_input_has_a_label_and_ids_are_unique(here: Site) -> None:
    form = here.ws.forms.create("Site", joins="News", fields=["city"])
    for path in (here.center_path(), f"/join/{form.slug}"):
        page = here.browser.get(path).text
        found = re.findall(r' id="([^"]+)"', page)
        assert len(found) == len(set(found))
        for one in re.findall(r'<input type="(?:checkbox|text|email)" id="([^"]+)"', page):
            assert f'<label for="{one}"' in page or f'for="{one}">' in page, one
        assert page.count("<h1>") == page.count("<main>") == 1


def test_a_preview_shows_the_draft_with_nobody_in_it() -> None:
    content = Content(texts={"de": Texts(title="Entwurf")})
    page = preview(content, {}, "en")
    assert "Entwurf" in page
    assert TEXTS["de"]["center_empty"] in page


def test_text_on_a_button_is_readable_whatever_its_colour() -> None:
    assert text_on("#000000") == "#ffffff"
    assert text_on("#ffffff") == text_on("#ffff00") == "#000000"


def test_a_language_is_found_for_any_header() -> None:
    assert wanted_language(None, None) == LANGUAGES[0]
    assert wanted_language(None, "x" * 10_000 + ",de" * 1_000) in LANGUAGES
