"""Edits that race, creations that come twice, requests that wait for a version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from satsuma.access.roles import Role
from satsuma.api.app import AppSettings
from satsuma.api.idempotency import Repeats
from tests.api.shop import Shop, problem, shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    told = AppSettings(requests_per_minute=0, version_wait_s=0.3)
    with shop(tmp_path_factory.mktemp("editing"), told, contacts=6) as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Shop) -> Iterator[httpx.Client]:
    with served.by_key(Role.ADMIN) as found:
        yield found


def test_of_edits_that_race_one_wins_and_the_others_are_told(served: Shop, client: httpx.Client) -> None:
    draft = served.segments["Draft"]
    etag = client.get(f"/segments/{draft}").headers["etag"]

    def edit(number: int) -> tuple[int, str]:
        response = client.patch(
            f"/segments/{draft}", json={"description": f"edit {number}"}, headers={"If-Match": etag}
        )
        return response.status_code, f"edit {number}"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(edit, range(8)))
    assert Counter(status for status, _ in answers) == {200: 1, 412: 7}
    winner = next(text for status, text in answers if status == 200)
    assert client.get(f"/segments/{draft}").json()["description"] == winner


def test_an_edit_is_all_or_nothing(served: Shop, client: httpx.Client) -> None:
    draft = served.segments["Draft"]
    before = client.get(f"/segments/{draft}").json()
    refused = client.patch(f"/segments/{draft}", json={"name": "bern", "description": "changed"})
    assert problem(refused)["code"] == "segment.name_taken"
    assert client.get(f"/segments/{draft}").json()["description"] == before["description"]
    version = served.ws.version
    done = client.patch(f"/segments/{draft}", json={"name": "Older", "where": "age > 40", "tags": ["x"]})
    assert (done.json()["name"], done.json()["draft"]["text"], done.json()["tags"]) == (
        "Older",
        "age > 40",
        ["x"],
    )
    assert served.ws.version == version + 1


def test_an_etag_changes_with_what_it_stands_for_and_with_nothing_else(
    served: Shop, client: httpx.Client
) -> None:
    path = f"/segments/{served.segments['Bern']}"
    before = client.get(path).headers["etag"]
    served.ws.upsert("contact", [{"id": "c-new", "city": "Bern"}])
    assert client.get(path).headers["etag"] == before
    client.patch(path, json={"folder": "places"})
    assert client.get(path).headers["etag"] != before
    assert problem(client.delete(path, headers={"If-Match": before}))["code"] == "conflict.etag"


def test_a_person_is_not_changed_by_who_has_seen_them_otherwise(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin:
        made = admin.post(
            "/users",
            json={"email": "x@example.com", "name": "X", "role": "viewer", "password": "a long password"},
        )
        path, etag = f"/users/{made.json()['id']}", made.headers["etag"]
        assert admin.patch(path, json={"role": "seller"}, headers={"If-Match": etag}).status_code == 200
        refused = admin.patch(path, json={"role": "admin"}, headers={"If-Match": etag})
        assert problem(refused)["status"] == 412


def test_a_creation_that_comes_again_is_answered_as_the_first_time(client: httpx.Client) -> None:
    body = {"name": "Once", "where": "age > 1"}
    headers = {"Idempotency-Key": "first"}
    first = client.post("/segments", json=body, headers=headers)
    again = client.post("/segments", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = client.post("/segments", json={**body, "name": "Twice"}, headers=headers)
    assert problem(other)["code"] == "conflict.idempotency_key"


def test_two_programs_whose_keys_have_one_name_are_two(served: Shop) -> None:
    headers = {"Idempotency-Key": "of each"}
    first = served.ws.access.audit.entries(limit=1)[0].id
    with served.by_key(Role.ADMIN) as one, served.by_key(Role.ADMIN) as other:
        made = [
            client.post("/lists", json={"name": name}, headers=headers)
            for client, name in ((one, "Of one"), (other, "Of the other"))
        ]
    assert [answer.status_code for answer in made] == [201, 201]
    told = [entry.actor for entry in served.ws.access.audit.entries(limit=5) if entry.id > first]
    prefixes = [key.prefix for key in served.ws.access.keys.list()[:2]]
    assert told == [f"API key test ({prefix}…)" for prefix in prefixes]


def test_creations_that_race_under_one_key_make_one_thing(served: Shop, client: httpx.Client) -> None:
    rows = {"rows": [{"contact": "c-1", "occurred_at": "2026-05-30T00:00:00Z", "amount": "1"}]}
    before = served.ws.sql("SELECT count(*) AS n FROM purchase")["n"][0].as_py()

    def send(_: int) -> int:
        headers = {"Idempotency-Key": "race"}
        return int(client.post("/interactions/purchase", json=rows, headers=headers).json()["version"])

    with ThreadPoolExecutor(6) as pool:
        versions = set(pool.map(send, range(6)))
    assert len(versions) == 1
    assert served.ws.sql("SELECT count(*) AS n FROM purchase")["n"][0].as_py() == before + 1


def test_what_was_done_before_a_restart_is_not_done_again(served: Shop, client: httpx.Client) -> None:
    rows = {"rows": [{"contact": "c-2", "occurred_at": "2026-05-30T00:00:00Z", "amount": "1"}]}
    headers = {"Idempotency-Key": "restart"}
    done = client.post("/interactions/purchase", json=rows, headers=headers).json()["version"]
    version = served.ws.version
    # A server of another process knows what is stored, and nothing else.
    served.app.state.serving.repeats = Repeats(served.ws.access.audit)
    found = problem(client.post("/interactions/purchase", json=rows, headers=headers))
    assert (found["code"], found["details"]) == ("conflict.idempotency_done", {"version": done})
    other = {"rows": [{**rows["rows"][0], "amount": "2"}]}
    refused = problem(client.post("/interactions/purchase", json=other, headers=headers))
    assert refused["code"] == "conflict.idempotency_key"
    assert served.ws.version == version


def test_a_refusal_is_not_kept_for_the_next_try(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "refused"}
    assert client.post("/segments", json={"name": "Bern"}, headers=headers).status_code in (409, 422)
    client.post("/segments", json={"name": "Bern", "kind": "static"}, headers={"Idempotency-Key": "other"})
    again = client.post("/segments", json={"name": "Bern"}, headers=headers)
    assert "idempotent-replayed" not in again.headers


def test_a_request_waits_for_the_version_that_it_asks_for(served: Shop, client: httpx.Client) -> None:
    wanted = served.ws.version + 1
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "/status", params={"at_least_version": wanted})
        served.ws.upsert("contact", [{"id": "c-late"}])
        assert waiting.result().json()["version"] >= wanted
    refused = client.get("/status", params={"at_least_version": served.ws.version + 1000})
    assert problem(refused)["code"] == "version.not_reached"


def test_every_answer_says_the_version(served: Shop, client: httpx.Client) -> None:
    for path in ("/status", "/segments/999999", "/nothing-here", "/segments?limit=0"):
        assert int(client.get(path).headers["satsuma-version"]) == served.ws.version
