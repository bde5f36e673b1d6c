"""The audit log where many write at once, by whatever way they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

import satsuma
from satsuma.access.keys import PREFIX_CHARS
from satsuma.access.roles import Role
from satsuma.api import session as signing
from satsuma.api.idempotency import Repeats
from satsuma.api.rates import Rates
from satsuma.api.rpc import by_permissions, rpc_router
from satsuma.remote.serving import Serving
from tests.api.shop import PASSWORD, Shop, email_of, problem, shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("audit"), contacts=4) as found:
        found.app.include_router(
            rpc_router(Serving(found.ws, lambda: time.monotonic_ns() // 1000), by_permissions(found.ws)),
            prefix="/api/v1",
        )
        yield found


def test_requests_that_share_a_version_stand_in_the_log_each(served: Shop) -> None:
    roles = (Role.MARKETER, Role.ADMIN, Role.MARKETER, Role.ADMIN)

    def upsert(client: httpx.Client, number: int) -> httpx.Response:
        return client.post(
            "/records/contact",
            json={"rows": [{"id": f"shared-{number}"}]},
            headers={"Idempotency-Key": f"shared {number}"},
        )

    with served.signed_in(Role.MARKETER) as marketer, served.signed_in(Role.ADMIN) as admin:
        clients = [marketer if role is Role.MARKETER else admin for role in roles]
        with ThreadPoolExecutor(len(clients)) as pool:
            with served.ws.writer.turn():
                asked = [pool.submit(upsert, client, number) for number, client in enumerate(clients)]
                while served.ws.writer.counted.waiting < len(clients):
                    time.sleep(0.005)
            assert [one.result().status_code for one in asked] == [200] * len(clients)
        entries = served.ws.access.audit.entries(action="upsert_records")
        assert len({one.version for one in entries}) == 1, "they were written together"
        assert sorted(one.actor for one in entries) == sorted(email_of(role) for role in roles)
        # None is done again after a restart, either.
        served.app.state.serving.repeats = Repeats(served.ws.access.audit)
        for number, client in enumerate(clients):
            assert problem(upsert(client, number))["code"] == "conflict.idempotency_done"


def test_a_command_that_fails_leaves_no_entry(served: Shop) -> None:
    before = len(served.ws.access.audit.entries(limit=1_000))
    with served.signed_in(Role.MARKETER) as marketer:
        assert marketer.post("/segments", json={"name": "Bern", "where": "age > 1"}).status_code == 409
    assert len(served.ws.access.audit.entries(limit=1_000)) == before


def test_calls_of_the_python_package_stand_in_the_log_where_they_change_or_take_out(served: Shop) -> None:
    _, secret = served.ws.access.keys.create(
        satsuma.access.keys.KeyKind.API, "notebook", actor="test", role=Role.ADMIN, scopes=["*"]
    )
    first = served.ws.access.audit.entries(limit=1)[0].id
    with satsuma.connect(served.address, key=secret) as ws:
        ws.upsert("contact", [{"id": "by-call", "city": "Bern"}])
        ws.segments.create("By call", where="age > 1")
        assert ws.segments["By call"].estimate().count >= 0
        list(ws.segments["Picked"].members())
        ws.segments["By call"].delete()
    found = [one for one in served.ws.access.audit.entries(limit=20) if one.id > first]
    assert [one.action for one in reversed(found)] == [
        "Workspace.upsert",
        "Segments.create",
        "Members.__iter__",
        "Segment.delete",
    ]
    name = f"API key notebook ({secret[:PREFIX_CHARS]}…)"
    assert {(one.actor, one.origin) for one in found} == {(name, "127.0.0.1")}


def test_who_signed_in_and_who_did_not_stands_in_the_log(
    served: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "by_address", Rates(0))
    email = email_of(Role.SELLER)
    person = served.ws.access.people.find(email)
    assert person is not None
    with served.nobody() as client:
        for address, password in ((email, "a wrong one"), ("typed-a-secret-here", "x"), (email, PASSWORD)):
            client.post("/session", json={"email": address, "password": password})
    found = served.ws.access.audit.entries(limit=3)
    told = [(one.actor, one.action, one.target, one.details, one.origin) for one in reversed(found)]
    refused = {"through": "password", "reason": "access.wrong_password"}
    assert told == [
        ("nobody", "failed_sign_in", f"person={person.id}", refused, "127.0.0.1"),
        ("nobody", "failed_sign_in", None, refused, "127.0.0.1"),
        (email, "sign_in", f"person={person.id}", {"through": "password"}, "127.0.0.1"),
    ]
