"""People, keys, sessions and the log by themselves, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import satsuma
from satsuma.access.audit import Note, noting
from satsuma.access.keys import KeyKind
from satsuma.access.passwords import csrf_token, hash_password, hash_token, is_password
from satsuma.access.permissions import SCOPES, TABLE, allowed
from satsuma.access.roles import Role
from satsuma.access.sessions import PER_PERSON_MAX
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.workspace import Workspace

PASSWORD = "correct horse battery staple"  # noqa: S105 -- of nobody
START = "2026-01-01T00:00:00Z"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with satsuma.open(tmp_path / "w", clock=ManualClock(START)) as found:
        yield found


def test_a_password_is_kept_so_that_only_itself_fits() -> None:
    hashed = hash_password(PASSWORD)
    assert PASSWORD not in hashed
    assert hashed != hash_password(PASSWORD)
    assert is_password(PASSWORD, hashed)
    assert not is_password(PASSWORD + " ", hashed)
    assert not is_password(PASSWORD, None)


def test_tokens_of_sessions_do_not_tell_each_other() -> None:
    assert len({"token", hash_token("token"), csrf_token("token")}) == 3


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@b", "a b@c", "a\n@b", "a@b" * 200, "a@@b"])
def test_addresses_that_are_none_are_refused(ws: Workspace, email: str) -> None:
    with pytest.raises(UsageError):
        ws.access.people.add(email, "Ada", Role.VIEWER, PASSWORD, actor="test")


def test_an_address_is_one_persons_in_whatever_case(ws: Workspace) -> None:
    people = ws.access.people
    ada = people.add("Ada@Example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
    with pytest.raises(ConflictError) as refused:
        people.add("ada@example.COM", "Eve", Role.VIEWER, PASSWORD, actor="test")
    assert refused.value.code == "access.email_taken"
    assert people.sign_in(" ADA@example.com ", PASSWORD) == ada
    assert people.sign_in("ada@example.com", PASSWORD.upper()) is None


def test_what_is_kept_is_there_again_when_the_workspace_is_opened(tmp_path: Path) -> None:
    clock = ManualClock(START)
    with satsuma.open(tmp_path / "w", clock=clock) as ws:
        ada = ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
        token = ws.access.sessions.begin(ada)
        key, secret = ws.access.keys.create(KeyKind.API, "k", actor="test", scopes=["segments:read"])
    with satsuma.open(tmp_path / "w", clock=clock) as ws:
        assert ws.access.sessions.person(token) == ada
        assert ws.access.keys.find(secret, KeyKind.API) == key
        assert ws.access.keys.find(secret, KeyKind.WRITE) is None
        assert ws.access.people.has_admin


def test_the_last_administrator_stays(ws: Workspace) -> None:
    people = ws.access.people
    ada = people.add("ada@example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
    with pytest.raises(ConflictError, match="administer"):
        people.remove(ada.id, actor="test")
    bob = people.add("bob@example.com", "Bob", Role.ADMIN, None, actor="test")
    people.change(ada.id, actor="test", role=Role.VIEWER)
    with pytest.raises(ConflictError, match="administer"):
        people.change(bob.id, actor="test", is_active=False)
    with pytest.raises(NotFoundError):
        people.change(99, actor="test", name="x")


def test_sessions_of_one_person_are_so_many_and_the_oldest_ends(ws: Workspace) -> None:
    ada = ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, PASSWORD, actor="test")
    clock = ws._clock
    assert isinstance(clock, ManualClock)
    tokens = []
    for _ in range(PER_PERSON_MAX + 2):
        clock.set(clock.now() + 1)
        tokens.append(ws.access.sessions.begin(ada))
    open_ = [token for token in tokens if ws.access.sessions.person(token) is not None]
    assert open_ == tokens[2:]


def test_a_note_is_written_with_the_version_or_not_at_all(ws: Workspace) -> None:
    with noting(Note("ada", "upsert_records", "entity=contact")) as note:
        ws.upsert("contact", [{"id": "c-1"}])
    assert note.is_written
    with noting(Note("ada", "create_segment")) as note, pytest.raises(satsuma.Error):
        ws.segments.create("x" * 500, where="age > 1")
    assert not note.is_written
    ws.upsert("contact", [{"id": "c-2"}])
    entries = ws.access.audit.entries()
    assert [(one.action, one.version) for one in entries] == [("upsert_records", ws.version - 1)]


def test_roles_rise_and_every_operation_is_some_roles() -> None:
    for operation, rule in TABLE.items():
        admitted = [role for role in Role if allowed(operation, role)]
        assert admitted == list(Role)[len(Role) - len(admitted) :]
        assert Role.ADMIN in admitted
        assert rule.scope is None or rule.scope in SCOPES


def test_a_scope_that_is_none_is_refused(ws: Workspace) -> None:
    with pytest.raises(UsageError) as refused:
        ws.access.keys.create(KeyKind.API, "k", actor="test", scopes=["segments:raed"])
    assert refused.value.code == "usage.scope"
