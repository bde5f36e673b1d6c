"""A workspace of any scale, made by DuckDB from a seed in the record's own tables, without the way in.

Contacts with accounts, and four types of interactions spread over two years, stored in the order of time. How
many a contact has follows Zipf's law with exponent 0.5, so that a few have very many. Made piece by piece, so
that memory does not grow with it.
"""

from __future__ import annotations

from pathlib import Path

import satsuma
from satsuma.catalog.model import Catalog, InteractionType
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.record import layout
from satsuma.record.change import Change
from satsuma.record.counters import members

NOW = parse_instant("2026-06-30T12:00:00Z", UTC)
DAY_US = 86_400_000_000
SEED = 11
SHARES = {"email_received": 0.4, "email_opened": 0.3, "purchase": 0.2, "form_submitted": 0.1}
PIECE_ROWS = 20_000_000

DECLARED = {
    "timezone": "UTC",
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "age": "integer",
                "tier": {"type": "choice", "options": ["basic", "silver", "gold"]},
                "account": {"type": "reference", "to": "account"},
            },
        },
        "account": {"attributes": {"industry": "text"}},
    },
    "interactions": {
        "email_received": {"audience": "contact", "attributes": {}},
        "email_opened": {"audience": "contact", "attributes": {}},
        "purchase": {"audience": "contact", "attributes": {"amount": "decimal"}},
        "form_submitted": {"audience": "contact", "attributes": {}},
    },
}


def make(path: Path, contacts: int, per_contact: int) -> int:
    """Make the workspace in a new directory; gives the number of interactions."""
    clock = satsuma.ManualClock(NOW)
    with satsuma.open(path, clock=clock) as workspace:
        workspace.catalog.apply(DECLARED)
        workspace.writer.commit(lambda change: _contacts(change, contacts), actor="bench")
        rows = 0
        for place, (name, share) in enumerate(SHARES.items()):
            count = int(contacts * per_contact * share)
            rows += count
            for first in range(0, count, PIECE_ROWS):
                after = min(first + PIECE_ROWS, count)
                workspace.writer.commit(
                    lambda change, n=name, p=place, a=first, b=after, c=count: _interactions(  # type: ignore[misc]
                        change, change.catalog.interactions[n], p, (a, b), c, contacts
                    ),
                    actor="bench",
                )
    return rows


def _contacts(change: Change, contacts: int) -> None:
    catalog: Catalog = change.catalog
    accounts = max(1, contacts // 20)
    fixed = "make_timestamp(1000000::BIGINT), make_timestamp(1000000::BIGINT)"
    contact, account = (layout.entity_table(catalog.entities[name]) for name in ("contact", "account"))
    change.connection.execute(
        f"INSERT INTO {account} SELECT i, 'a' || i, {fixed}, 'Industry ' || n, 'industry ' || n"
        f" FROM (SELECT i, {_any('i', 1)} % 20 AS n FROM range({accounts}) t(i))"
    )
    tier = f"['basic', 'silver', 'gold'][1 + {_any('i', 4)} % 10 // 4]"
    change.connection.execute(
        f"INSERT INTO {contact} SELECT i, 'c' || i, {fixed}, 'City ' || n, 'city ' || n,"
        f" 18 + {_any('i', 3)} % 60, {tier}, 'a' || {_any('i', 5)} % {accounts}"
        f" FROM (SELECT i, (400 * pow({_unit('i', 2)}, 2))::BIGINT AS n FROM range({contacts}) t(i))"
    )
    for entity, count in ((catalog.entities["contact"], contacts), (catalog.entities["account"], accounts)):
        change.memory.counters.take(members(entity.number), count)


def _interactions(
    change: Change, type_: InteractionType, place: int, piece: tuple[int, int], count: int, contacts: int
) -> None:
    amount = f", ({_any('i', 9)} % 30000 / 100)::DECIMAL(18, 4)" if type_.attributes else ""
    # The square of an even share follows the law; the factor spreads those with many over all numbers.
    member = f"floor(pow({_unit('i', 10 + place)}, 2) * {contacts})::BIGINT * 7919 % {contacts}"
    at = f"make_timestamp({NOW}::BIGINT - ((1 - i / {count}) * {730 * DAY_US})::BIGINT)"
    change.connection.execute(
        f"INSERT INTO {layout.interaction_table(type_)}"
        f" SELECT '{type_.name[0]}' || i, {member}, {at}, {change.version}, NULL{amount}"
        f" FROM range({piece[0]}, {piece[1]}) t(i)"
    )


def _any(value: str, purpose: int) -> str:
    return f"(hash({value}, {SEED * 100 + purpose}) % 1000000007)::BIGINT"


def _unit(value: str, purpose: int) -> str:
    return f"({_any(value, purpose)} / 1000000007.0)"
