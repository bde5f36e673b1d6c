"""Two workspaces that are served, to compare: one with the contacts of two units, one with those of one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import PREFIX, AppSettings, make_app
from satsuma.kernel.clock import ManualClock
from satsuma.record.layout import column, entity_table, history_table, interaction_table
from satsuma.workspace import Workspace
from tests.api.live import live

START = "2026-06-01T12:00:00Z"
NORTH = [f"n-{number}" for number in range(8)]
SOUTH = [f"s-{number}" for number in range(7)]
HIDDEN = re.compile(r"\bs-\d|Sam|@south")
"""What only contacts of the unit South have: keys, names, addresses."""
_SIGNED = re.compile(r"\.[\w-]{43}\b")
"""The signature of a link. It is drawn, so that any letters may stand in it, `Sam` among them."""

CATALOG = {
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "name": "text",
                "email": "text",
                "city": "text",
                "age": "integer",
                "unit": "text",
                "boss": {"type": "reference", "to": "contact"},
                "company": {"type": "reference", "to": "company", "inverse": "contacts"},
            },
        },
        "company": {"attributes": {"name": "text", "head": {"type": "reference", "to": "contact"}}},
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {"amount": "decimal", "with": {"type": "reference", "to": "contact"}},
        }
    },
}


@dataclass(frozen=True, slots=True)
class World:
    """A served workspace, and a caller."""

    ws: Workspace
    client: httpx.Client
    ids: dict[str, int]


def fill(ws: Workspace, clock: ManualClock, people: list[str]) -> dict[str, int]:
    """The same steps for any people; ids of what is made, by name."""
    north = [key for key in people if key in NORTH]
    ws.catalog.apply(CATALOG)
    ws.upsert("company", [{"id": "co-1", "name": "Acme", "head": "s-1"}, {"id": "co-2", "head": "n-1"}])
    ws.upsert("contact", [contact(key) for key in people])
    ws.append("purchase", [purchase(key, turn) for key in people for turn in range(3)])
    if "s-1" not in people:
        # What refers to nobody refers to nothing for a limited reader.
        forget_south(ws)
    ws.segments.create("Bern", 'city is "Bern"', tags=["place"])
    ws.segments.create("Buyers", "did purchase in the last 30 days")
    ws.segments.create("Grown", "age >= 22")
    ws.segments.create("Both", "in segment Bern and in segment Grown", kind="compound")
    ws.segments.create("Picked", kind="static").add(["n-1", "n-2", "s-1", "s-2", "s-3"])
    ws.segments.create("Draft", "age >= 24")
    ws.segments.create("Ranked", "top 3 by attribute age")
    ws.segments.go_live(["Bern", "Buyers", "Grown", "Both", "Picked"])
    ws.segments["Grown"].never([key for key in ("n-3", "s-3") if key in people])
    news = ws.lists.create("News", subscription=True)
    news.add([*north[:3], *(key for key in people if key in SOUTH)])
    news.remove([people[-1], "n-0"])
    club = ws.lists.create("Club", subscription=True, double_opt_in=True)
    ws.mail.configure(public_url="https://example.com", sender="shop@example.com")
    club.ask([*north[2:5], *(key for key in people if key in SOUTH)])
    ws.consent.record([key for key in people if key[-1] in "135"], {"marketing": "granted"})
    ws.consent.record([key for key in people if key[-1] in "24"], {"do_not_email": "denied"})
    center = ws.centers.create("Center")
    clock.set("2026-06-09T12:00:00Z")
    ws.catch_up()
    ws.upsert("contact", [{"id": key, "city": "Bern"} for key in people if key[-1] == "4"])
    ws.upsert("contact", [{"id": "x-1", "name": "Nora", "unit": "North"}])
    ws.merge("contact", keep="n-5", drop="x-1")
    ws.delete("contact", [key for key in SOUTH if key in people and key[-1] == "6"])
    return {
        **{one.name: one.id for one in ws.segments},
        **{one.name: one.id for one in ws.lists.list()},
        "Center": center.id,
    }


def forget_south(ws: Workspace) -> None:
    ws.writer.commit(
        lambda change: [
            change.connection.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE "{column}" LIKE \'s-%\'')
            for table, column in referring(ws)
        ],
        actor="test",
    )


def referring(ws: Workspace) -> list[tuple[str, str]]:
    """Every stored column that refers to contacts."""
    catalog = ws.catalog.current
    found: list[tuple[str, str]] = []
    for entity in catalog.entities.values():
        for table in (entity_table(entity), history_table(entity)):
            found += [(table, column(one)) for one in entity.attributes.values() if one.to == "contact"]
    for type_ in catalog.interactions.values():
        named = [one for one in type_.attributes.values() if one.to == "contact"]
        found += [(interaction_table(type_), column(one)) for one in named]
    return found


def contact(key: str) -> dict[str, Any]:
    letter, number = key.split("-")
    return {
        "id": key,
        "name": f"{'Nina' if letter == 'n' else 'Sam'} {number}",
        "email": f"{number}@{'north' if letter == 'n' else 'south'}.example.com",
        "city": ("Bern", "Rome", "Oslo")[int(number) % 3],
        "age": 20 + int(number),
        "unit": "North" if letter == "n" else "South",
        "boss": "s-2" if int(number) % 2 else "n-2",
        "company": "co-1",
    }


def purchase(key: str, turn: int) -> dict[str, Any]:
    return {
        "contact": key,
        "id": f"{key}/{turn}",
        "occurred_at": f"2026-05-{10 * turn + 1 + int(key[-1]):02}T10:00:00Z",
        "amount": f"{turn}.50",
        "with": "s-3" if turn else "n-3",
    }


@contextmanager
def world(folder: Path, people: list[str], units: list[str] | None, *, warm: bool) -> Iterator[World]:
    clock = ManualClock(START)
    with satsuma.open(folder, clock=clock, warming="asked") as ws:
        ids = fill(ws, clock, people)
        if warm:
            ws.warm()
        ws.access.units.set_unit("contact.unit", actor="test")
        _, secret = ws.access.keys.create(
            KeyKind.API, "program", actor="test", role=Role.MARKETER, units=units
        )
        app = make_app(ws, clock, AppSettings(requests_per_minute=0))
        with (
            live(app, limit_concurrency=None) as address,
            httpx.Client(
                base_url=f"{address}{PREFIX}", timeout=60, headers={"Authorization": f"Bearer {secret}"}
            ) as client,
        ):
            yield World(ws, client, ids)


@contextmanager
def two_worlds(folder: Path, *, warm: bool) -> Iterator[tuple[World, World]]:
    """The one where somebody sees North of two units, and the one where there is nobody else."""
    mixed = [key for pair in zip(NORTH, [*SOUTH, ""], strict=True) for key in pair if key]
    with ExitStack() as stack:
        yield (
            stack.enter_context(world(folder / "both", mixed, ["north"], warm=warm)),
            stack.enter_context(world(folder / "north", NORTH, None, warm=warm)),
        )


Call = Callable[[World], httpx.Response]


def get(path: str, **parameters: Any) -> Call:
    """A call; `#Name` among its parameters stands for an id."""

    def call(at: World) -> httpx.Response:
        named = {name: at.ids.get(str(one).removeprefix("#"), one) for name, one in parameters.items()}
        return at.client.get(path.format(**at.ids), params=named)

    return call


def post(path: str, body: Any = None) -> Call:
    def call(at: World) -> httpx.Response:
        text = "{}" if body is None else json.dumps(body)
        for name, number in at.ids.items():
            text = text.replace(f'"#{name}"', str(number))
        headers = {"Content-Type": "application/json"}
        return at.client.post(path.format(**at.ids), content=text, headers=headers)

    return call


def hidden_in(response: httpx.Response) -> re.Match[str] | None:
    """Something of the unit South that an answer tells."""
    return HIDDEN.search(_SIGNED.sub("", response.text))


TIMELESS = frozenset({"version", "at", "cursor", "next_cursor", "created_at", "changed_at"})
"""What two workspaces need not have in common: numbers that all versions and messages are given in turn."""


def plain(value: Any) -> Any:
    match value:
        case dict():
            left = TIMELESS | ({"id", "body", "headers", "text"} if "address" in value else set())
            return {
                key: plain(one)
                for key, one in value.items()
                if key not in left and not (key == "name" and one in ("both", "north"))
            }
        case list():
            return [plain(one) for one in value]
        case str():
            # Secrets of keys are drawn in each workspace; how one begins stands in the name of who used it.
            return re.sub(r"list-\d{12}", "list-", re.sub(r"\(sk_[^)]*\)", "", value))
        case _:
            return value


JSON = ("application/json", "application/problem+json")


def told(response: httpx.Response) -> Any:
    if response.content and response.headers["content-type"].startswith(
        ("application/json", "application/problem+json")
    ):
        return plain(response.json())
    return response.text
