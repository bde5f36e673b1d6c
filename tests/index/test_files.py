"""The files of the index are used as they are or made anew: missing, of another version, damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from satsuma.index import Index
from satsuma.index.files import MANIFEST, Making, open_folder
from satsuma.record.store import Record
from tests.index.reading import interactions_in, records_in
from tests.record.support import CONTACT, PURCHASE, Row, catalog, interactions, records

NOW = 1_700_000_000_000_000


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.create(tmp_path / "ws", workspace_id="w", catalog=catalog(), at=NOW, actor="tests") as made:
        with made.begin(at=NOW, actor="tests") as change:
            rows: list[Row] = [{"id": "a", "city": "Paris", "age": 3}, {"id": "b", "city": "ROMA"}]
            change.upsert("contact", records(CONTACT, rows, made.catalog))
            happened = [{"id": str(n), "contact": "ab"[n % 2], "occurred_at": 50 - n} for n in range(6)]
            change.append("purchase", interactions(PURCHASE, happened, made.catalog))
        yield made


def folders(record: Record) -> list[str]:
    return sorted(one.name for one in (record.directory / "index").iterdir())


def test_the_first_opening_makes_it_and_the_next_finds_it(record: Record) -> None:
    first = Index.open(record)
    again = Index.open(record)
    assert sorted(first.made) == folders(record)
    assert again.made == ()
    assert records_in(again, "contact") == {"a": {"city": "Paris", "age": 3}, "b": {"city": "ROMA"}}
    assert [(key, at) for key, _, at, _ in interactions_in(again, "purchase")] == [
        ("a", 46), ("a", 48), ("a", 50), ("b", 45), ("b", 47), ("b", 49)
    ]  # fmt: skip


def test_another_version_is_opened_from_the_files_and_what_came_since(record: Record) -> None:
    first = Index.open(record)
    assert first.at(record) is first
    with record.begin(at=NOW + 1, actor="tests") as change:
        change.delete("contact", ["a"])
    second = first.at(record)
    assert second.version == record.version
    assert second.made == ()
    assert records_in(second, "contact") == {"b": {"city": "ROMA"}}
    assert [key for key, *_ in interactions_in(second, "purchase")] == ["b", "b", "b"]
    assert records_in(first, "contact").keys() == {"a", "b"}


def arrays(record: Record) -> list[Path]:
    Index.open(record)
    found = [path for path in (record.directory / "index").rglob("*") if path.is_file()]
    return [path for path in found if path.stat().st_size]


def test_damage_to_any_file_is_seen_and_mended_by_making_it_anew(record: Record) -> None:
    expected = records_in(Index.open(record), "contact"), interactions_in(Index.open(record), "purchase")
    for path in arrays(record):
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 0x10
        # Mapped files are replaced, not written to.
        path.unlink()
        path.write_bytes(whole)
        index = Index.open(record)
        # A changed byte in the manifest may be one that says nothing; an array's may not.
        if path.name != MANIFEST:
            assert path.parent.name in index.made, path
        assert (records_in(index, "contact"), interactions_in(index, "purchase")) == expected


def test_a_file_that_is_gone_or_short_is_made_anew(record: Record) -> None:
    for path in arrays(record):
        content = path.read_bytes()
        path.unlink()
        assert path.parent.name in Index.open(record).made
        path.unlink()
        path.write_bytes(content[:-1])
        assert path.parent.name in Index.open(record).made


def test_what_another_format_wrote_is_made_anew(record: Record) -> None:
    Index.open(record)
    manifest = next((record.directory / "index").glob("contact*")) / MANIFEST
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**content, "format": content["format"] + 1}))
    assert manifest.parent.name in Index.open(record).made


def test_a_record_put_back_from_a_copy_is_not_taken_for_what_it_became(record: Record) -> None:
    Index.open(record)
    folder = next((record.directory / "index").glob("contact*"))
    content = json.loads((folder / MANIFEST).read_text())
    content["stamp"]["at"] += 1
    (folder / MANIFEST).write_text(json.dumps(content))
    assert folder.name in Index.open(record).made


def test_what_fails_while_it_is_made_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with Making(tmp_path / "x") as making:
            making.array("a", np.arange(3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    with Making(tmp_path / "x") as making:
        making.array("a", np.arange(3))
        making.finish({"version": 1})
    folder = open_folder(tmp_path / "x", {"version": 1})
    assert folder is not None
    with pytest.raises(ValueError, match="read-only"):
        folder.array("a")[0] = 7


def test_new_files_are_of_the_last_version_and_take_the_place_of_the_old(record: Record) -> None:
    index = Index.open(record)
    before = folders(record)
    with record.begin(at=NOW + 1, actor="tests") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "city": "Nice"}], change.catalog))
        index = index.apply(change)
    merged = index.merged(whole=True)
    assert merged.made == ("contact_1@2",)
    assert set(folders(record)) == {*before, "contact_1@2"} - {"contact_1@1"}
    again = Index.open(record)
    assert again.made == ()
    assert records_in(again, "contact") == records_in(merged, "contact") == records_in(index, "contact")
    assert records_in(again, "contact")["a"] == {"city": "Nice", "age": 3}


def test_a_merge_that_is_given_up_leaves_the_old_files(record: Record) -> None:
    index = Index.open(record)
    before = folders(record)
    with record.begin(at=NOW + 1, actor="tests") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "city": "Nice"}], change.catalog))
        index = index.apply(change)

    def give_up(part: float) -> None:
        assert 0 <= part <= 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.merged(give_up, whole=True)
    assert folders(record) == before
    assert Index.open(record).made == ()


def test_what_is_small_is_not_merged(record: Record) -> None:
    index = Index.open(record)
    with record.begin(at=NOW + 1, actor="tests") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "city": "Nice"}], change.catalog))
        index = index.apply(change)
    assert not index.is_merge_due()
    assert index.merged().made == ()
    assert index.is_merge_due(rows_min=0)
    assert index.merged(rows_min=0).made == ("contact_1@2",)
