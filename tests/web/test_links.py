"""Personal links: what is tried against them, and that every bad one leads to the same kind page."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from satsuma.lists.links import SECRET_FILE
from satsuma.web.router import WebSettings
from tests.web.site import Site, site


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "shop", WebSettings(bad_links=10_000)) as found:
        yield found


def stale(here: Site, path: str) -> str:
    answer = here.browser.get(path)
    assert answer.status_code == 404, path
    assert "This link is no longer good" in answer.text
    return answer.text


def changed_character(path: str, place: int) -> str:
    return path[:place] + ("A" if path[place] != "A" else "B") + path[place + 1 :]


def test_no_changed_character_of_a_token_is_accepted(here: Site) -> None:
    path = here.center_path()
    assert here.browser.get(path).status_code == 200
    start = path.index("subscriptions/") + len("subscriptions/")
    accepted = [
        place
        for place in range(start, len(path) - 1)
        if here.browser.get(changed_character(path, place)).status_code != 404
    ]
    assert accepted == []


def test_a_token_with_another_payload_and_the_old_signature_is_refused(here: Site) -> None:
    path = here.center_path("c-1")
    token = path.rpartition("/")[2]
    payload, _, signature = token.rpartition(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    said[2] += 1
    forged = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).rstrip(b"=").decode()
    stale(here, f"/subscriptions/{forged}.{signature}")


def test_a_token_for_one_purpose_is_none_for_another(here: Site) -> None:
    here.ws.lists["News"].ask(["c-2"])
    tokens = {
        "subscriptions": here.center_path("c-2"),
        "confirm": here.confirm_path(),
        "unsubscribe": here.unsubscribe_path("c-2", "Offers"),
    }
    for purpose, path in tokens.items():
        for page in tokens:
            status = here.browser.get(f"/{page}/{path.rpartition('/')[2]}").status_code
            assert status == (200 if page == purpose else 404), (purpose, page)


def test_links_expire(here: Site) -> None:
    here.ws.lists["News"].ask(["c-2"])
    center, confirm = here.center_path("c-2"), here.confirm_path()
    here.ws.advance(to="2026-01-30T23:59:59Z")
    assert here.browser.get(confirm).status_code == 200
    here.ws.advance(to="2026-01-31T00:00:00Z")
    stale(here, confirm)
    assert here.browser.get(center).status_code == 200
    here.ws.advance(to="2026-06-30T00:00:00Z")
    stale(here, center)


def test_a_confirmation_counts_once_and_cannot_be_replayed_after_leaving(here: Site) -> None:
    here.ws.lists["News"].ask(["c-2"])
    path = here.confirm_path()
    assert here.on("News") == []
    assert here.browser.post(path).status_code == 200
    assert here.on("News") == ["c-2"]
    version = here.ws.version
    assert "You are subscribed" in here.browser.post(path).text
    assert here.ws.version == version
    here.ws.lists["News"].remove(["c-2"])
    assert here.browser.post(path).status_code == 404
    assert here.on("News") == []


def test_a_link_of_another_workspace_is_refused(here: Site, tmp_path: Path) -> None:
    with site(tmp_path / "other") as other:
        stale(here, other.center_path("c-1"))


def test_a_deleted_or_unpublished_center_leads_nowhere(here: Site) -> None:
    here.ws.centers.create("Second", lists=["Offers"]).publish()
    path = here.path(here.ws.centers["Second"].link("c-1"))
    assert here.browser.get(path).status_code == 200
    here.ws.centers["Second"].unpublish()
    stale(here, path)
    here.ws.centers["Second"].publish()
    assert here.browser.get(path).status_code == 200
    here.ws.centers["Second"].delete()
    stale(here, path)


@pytest.mark.parametrize("how", ["erase", "delete", "merge", "rotate", "new secret"])
def test_who_is_gone_or_has_new_links_is_reached_by_no_old_one(here: Site, how: str) -> None:
    here.ws.lists["News"].ask(["c-3"])
    paths = [here.center_path("c-3"), here.confirm_path(), here.unsubscribe_path("c-3", "Offers")]
    assert [here.browser.get(path).status_code for path in paths] == [200] * 3
    match how:
        case "erase":
            here.ws.erase("contact", "c-3")
        case "delete":
            here.ws.delete("contact", ["c-3"])
        case "merge":
            here.ws.merge("contact", keep="c-4", drop="c-3")
        case "rotate":
            here.ws.centers.end_links("c-3")
        case _:
            here.ws.centers.end_links()
    assert len({stale(here, path) for path in paths}) == 1
    for path in paths:
        assert here.browser.post(path, data={"list": "1"}).status_code == 404
    assert here.on("Offers") == here.on("News") == []
    if how == "rotate":
        assert here.browser.get(here.center_path("c-3")).status_code == 200


def test_a_key_that_returns_as_someone_new_is_not_reached_by_old_links(here: Site) -> None:
    path = here.center_path("c-3")
    here.ws.erase("contact", "c-3")
    here.ws.upsert("contact", [{"id": "c-3", "email": "c3@example.org"}])
    stale(here, path)


@pytest.mark.parametrize(
    "token", ["x", "a.b", "W10.x", "%00", "é", "..%2f..%2fetc", "W" * 5_000, "null.null", "e30.e30"]
)
def test_odd_tokens_lead_to_the_same_page(here: Site, token: str) -> None:
    for page in ("subscriptions", "confirm", "unsubscribe"):
        answer = here.browser.get(f"/{page}/{token}")
        assert answer.status_code == 404
        if "no longer good" not in answer.text:  # the framework's: a slash is no part of a token
            assert "2f" in token


def test_the_secret_is_its_owners_alone_and_stands_in_no_other_file(here: Site) -> None:
    path = here.center_path()
    file = here.ws.path / SECRET_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text(encoding="ascii")
    here.ws.lists["News"].ask(["c-2"])
    for other in here.ws.path.rglob("*"):
        if other.is_file() and other != file:
            found = other.read_bytes()
            assert secret.encode() not in found
            assert bytes.fromhex(secret) not in found
    assert secret not in path


def test_who_tries_many_bad_links_is_made_to_wait_and_may_go_on_later(tmp_path: Path) -> None:
    with site(tmp_path / "shop") as here:
        good = here.center_path()
        tried = [here.browser.get(f"/subscriptions/{n}").status_code for n in range(80)]
        assert tried == [404] * 60 + [429] * 20
        answer = here.browser.get(good)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "600"
        here.ws.advance(to="2026-01-01T00:10:00Z")
        assert here.browser.get(good).status_code == 200
