"""Requests generated from the description of the API, and what is checked of the answers.

As a program, `make fuzz-api SECONDS=600`: every operation with fresh seeds, signed in and not, in a new shop
each round. It goes on after a find, and tells all of them, with the round's seed, in the end.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from satsuma.access.keys import KeyKind
from satsuma.access.passwords import csrf_token
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.api.app import AppSettings
from satsuma.api.ingestion.posts import OPERATIONS
from tests.api.shop import Shop, email_of, shop

CHECKED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
NEVER = frozenset({"stream_changes", "call_workspace"})
"""One does not end; the other is no part of the description."""

APART = frozenset("sign_out change_password change_user delete_user delete_record erase_record".split())
"""Puts the caller, or what the others look at, out of the way."""

TRACKED = frozenset(f"tracking_{name}" for name in OPERATIONS.values())
"""Asked with a write key in place of a session."""

KNOWN = {"entity": "contact", "key": "c-1", "owner": "contact", "type": "purchase", "id": 1}
"""In most requests, so that they find something."""

APP = AppSettings(requests_per_minute=0, version_wait_s=0.02)


def described_by(served: Shop) -> dict[str, Any]:
    """The operations of a shop's description, by their names."""
    found: dict[str, Any] = {}
    listed: Any = schemathesis.openapi.from_url(f"{served.address}/api/openapi.json").get_all_operations()
    for one in listed:
        operation = one.ok()
        found[operation.definition.raw["operationId"]] = operation
    return found


def session_of(served: Shop) -> str:
    """A new session of the administrator."""
    person = served.ws.access.people.find(email_of(Role.ADMIN))
    assert person is not None
    return served.ws.access.sessions.begin(person)


def write_key_of(served: Shop) -> str:
    """What authorizes to write, as a header says it."""
    _, secret = served.ws.access.keys.create(KeyKind.WRITE, "generated", actor="test")
    return "Basic " + base64.b64encode(f"{secret}:".encode()).decode()


def ask_all(
    operation: Any,
    session: str | None,
    examples: int,
    chosen: int | None = None,
    *,
    write_key: str | None = None,
) -> int:
    """Ask generated requests and check the answers; gives how many were asked.

    Args:
        session, write_key: Of every four requests one is nobody's; None: all are.
        examples: How many at the most.
        chosen: The seed; None: always the same.
    """
    made = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )
    count = 0

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(case=made)
    def ask(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 4 and isinstance(case.path_parameters, dict):
            case.path_parameters = {
                name: KNOWN.get(name, value) for name, value in case.path_parameters.items()
            }
        headers = {
            name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"
        }
        signed_in = session is not None and count % 4 != 3
        case.cookies = {"satsuma_session": session} if signed_in else {}
        case.headers = {**headers, "X-CSRF-Token": csrf_token(session or "nobody")}
        if write_key is not None and count % 4 != 3:
            case.headers = {**headers, "Authorization": write_key}
        case.validate_response(case.call(timeout=30), checks=CHECKED)

    (ask if chosen is None else seed(chosen)(ask))()
    return count


def fuzz(served: Shop, chosen: int, examples: int, until: float) -> tuple[int, dict[str, str]]:
    """A round over all operations, those that stand apart last; gives the number of calls, and the finds."""
    operations, calls, finds = described_by(served), 0, dict[str, str]()
    write_key = write_key_of(served)
    for name in [*sorted(TRACKED), *sorted(set(TABLE) - APART - NEVER), *sorted(APART)]:
        if time.monotonic() >= until:
            break
        key = write_key if name in TRACKED else None
        for session in (None, session_of(served)) if name not in APART | TRACKED else (session_of(served),):
            try:
                calls += ask_all(operations[name], session, examples if session else 1, chosen, write_key=key)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is told
                finds.setdefault(name, "".join(map(str, [error, *getattr(error, "exceptions", ())])))
    return calls, finds


def main() -> None:
    """Rounds until the time is over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--examples", type=int, default=12, help="of each operation and round")
    given_ = parser.parse_args()
    until, chosen, calls, found = time.monotonic() + given_.seconds, given_.seed, 0, 0
    while time.monotonic() < until:
        with tempfile.TemporaryDirectory(prefix="satsuma-api-") as folder:
            with shop(Path(folder), APP, contacts=12) as served:
                more, finds = fuzz(served, chosen, given_.examples, until)
            calls += more
            found += len(finds)
            for name, what in finds.items():
                sys.stdout.write(f"\n== {name}, seed {chosen}\n{what}\n")
            sys.stdout.write(f"seed {chosen}: {calls} calls so far, {found} finds\n")
            sys.stdout.flush()
        chosen += 1
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
