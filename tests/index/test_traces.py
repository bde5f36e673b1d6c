"""Random histories: an index that goes on from version to version says what one made anew says."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Attribute, Catalog, OwnerKind, ValueType
from satsuma.index import Index, columns, merging, runs
from satsuma.index.merging import is_due
from satsuma.record.change import Change
from satsuma.record.store import Record
from tests.index.everything import everything
from tests.record.support import CONTACT, catalog, interactions, records
from tests.traces.steps import DATA, do_data

START = 100

steps = st.one_of(
    *DATA,
    st.tuples(st.just("widen"), st.none(), st.none()),
    st.tuples(st.just("convert"), st.none(), st.none()),
)
versions = st.lists(
    st.tuples(
        st.lists(steps, min_size=1, max_size=3),
        st.sampled_from(["keep", "keep", "abort", "reopen", "merge", "take over"]),
    ),
    min_size=4,
    max_size=9,
)


@settings(
    max_examples=max(12, settings().max_examples // 8),
    # A version takes a tenth of a second: a failing history is shown as it was found.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(versions, st.booleans())
def test_an_index_that_goes_on_is_one_made_anew(trace: list[Any], small: bool) -> None:
    limits = [
        patch.object(columns, "PATCH_MIN", 1),
        patch.object(runs, "MERGED_ROWS_MAX", 3),
        patch.object(merging, "PIECE_ROWS", 2),
    ]
    with TemporaryDirectory() as directory, ExitStack() as stack:
        made = Record.create(directory, workspace_id="w", catalog=catalog(), at=START, actor="test")
        record = stack.enter_context(made)
        for one in limits if small else ():
            stack.enter_context(one)
        _follow(record, Path(directory), trace)


def _follow(record: Record, directory: Path, trace: list[Any]) -> None:
    index = Index.open(record)
    being_merged: Index | None = None
    seen: list[tuple[Index, Any]] = []
    for number, (done, end) in enumerate(trace):
        with record.begin(at=START + number, actor="test") as change:
            for step in done:
                _do(change, step, f"{number}")
            later = index.apply(change)
            if end == "abort":
                change.abort()
        if end == "abort":
            continue
        _check_relinked(index, later, change)
        index = later
        found = everything(index)
        assert found == everything(Index.open(record, directory / f"anew-{number}"))
        seen.append((index, found))
        match end:
            case "reopen":
                index, being_merged = Index.open(record), None
            case "merge":
                being_merged = index.merged(whole=True)
                assert everything(being_merged) == found
                assert not any(is_due(one, whole=True) for one in being_merged.tables())
            case "take over" if being_merged is not None:
                index, being_merged = being_merged.rebase(index), None
                assert everything(Index.open(record)) == found
        assert everything(index) == found
    for earlier, found in seen:
        assert everything(earlier) == found


def _check_relinked(before: Index, after: Index, change: Change) -> None:
    """Whoever refers to another record than before was written to, or is named."""
    for number, links in after.links.items():
        was = before.links.get(number)
        if was is None or links.column is None or was.column is None or change.touches.converted:
            continue
        (owner,) = (table for table in after.entities.values() if number in table.columns)
        size = len(was.column)
        now = links.targets[links.column.values[:size]]
        differs = np.flatnonzero(was.targets[was.column.values] != now)
        named = set(after.relinked.get(number, np.zeros(0)).tolist())
        for which in (change.touches.records, change.touches.gone):
            named |= set(change.touches.numbers(which, owner.entity.number).tolist())
        assert set(differs.tolist()) <= named


def _do(change: Change, step: tuple[str, Any, Any], source: str) -> None:
    if do_data(change, step, source):
        return
    match step:
        case "widen", _, _:
            change.apply_catalog(_wider(change.catalog))
            _fill(change, source)
        case _:
            change.apply_catalog(_converted(change.catalog))


def _fill(change: Change, source: str) -> None:
    """Give the newest attributes to a record and an interaction."""
    contact, visit = change.catalog.entities["contact"], change.catalog.interactions["visit"]
    mail, seconds = list(contact.attributes)[-1], list(visit.attributes)[-1]
    change.upsert("contact", records(contact, [{"id": "b", mail: f"Mail {source}"}], change.catalog))
    rows = [{"id": f"w{source}", "contact": "b", "occurred_at": 50, seconds: 7, "page": f"Page {source}"}]
    change.append("visit", interactions(visit, rows, change.catalog), source=source)


def _wider(known: Catalog) -> Catalog:
    """A catalog that has learned an attribute of contacts, and one of visits."""
    contact, visit = known.entities["contact"], known.interactions["visit"]
    first = known.next_number
    mail = Attribute(first, f"mail_{first}", ValueType.TEXT, "contact", OwnerKind.ENTITY)
    seconds = Attribute(first + 1, f"seconds_{first}", ValueType.INTEGER, "visit", OwnerKind.INTERACTION)
    contact = replace(contact, attributes=MappingProxyType({**contact.attributes, mail.name: mail}))
    visit = replace(visit, attributes=MappingProxyType({**visit.attributes, seconds.name: seconds}))
    return replace(
        known,
        version=known.version + 1,
        entities=MappingProxyType({**known.entities, "contact": contact}),
        interactions=MappingProxyType({**known.interactions, "visit": visit}),
        next_number=first + 2,
    )


def _converted(known: Catalog) -> Catalog:
    """A catalog in which cities are choices, and pages too."""
    contact, visit = known.entities["contact"], known.interactions["visit"]
    city = replace(contact.attributes["city"], type=ValueType.CHOICE)
    page = replace(visit.attributes["page"], type=ValueType.CHOICE)
    contact = replace(contact, attributes=MappingProxyType({**contact.attributes, "city": city}))
    visit = replace(visit, attributes=MappingProxyType({**visit.attributes, "page": page}))
    return replace(
        known,
        version=known.version + 1,
        entities=MappingProxyType({**known.entities, "contact": contact}),
        interactions=MappingProxyType({**known.interactions, "visit": visit}),
    )


def test_references_follow_records_that_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "ws"
    contacts = [{"id": "a", "account": "x"}, {"id": "b", "account": "x"}, {"id": "c", "account": "y"}]
    history: list[Any] = [
        ("upsert", "contact", contacts),
        ("upsert", "account", [{"id": "x"}]),
        ("append", "purchase", [{"id": "1", "contact": "c", "occurred_at": 1, "seller": "x"}]),
        ("delete", "account", ["x"]),
        ("upsert", "account", [{"id": "y"}, {"id": "x"}]),
        ("merge", "account", ("y", "x")),
        ("upsert", "contact", [{"id": "b", "account": None}, {"id": "d", "account": "x"}]),
    ]
    referring = [[], ["a", "b"], ["a", "b"], [], ["a", "b", "c"], ["a", "b", "c"], ["a", "c", "d"]]
    account = CONTACT.attributes["account"].number
    with Record.create(path, workspace_id="w", catalog=catalog(), at=START, actor="test") as record:
        index = Index.open(record)
        for number, (step, expected) in enumerate(zip(history, referring, strict=True)):
            with record.begin(at=START + number, actor="test") as change:
                _do(change, step, f"{number}")
                later = index.apply(change)
            _check_relinked(index, later, change)
            index = later
            _, found = index.links[account].referrers(np.arange(index.named("account").size))
            assert sorted(index.named("contact").keys_of(found)) == expected
            assert everything(index) == everything(Index.open(record, tmp_path / f"anew-{number}"))
