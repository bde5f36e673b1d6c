"""An import beside other changes, under live definitions, and in bounded memory."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from satsuma.record.intake import take_records
from satsuma.sync.formats import csv, jsonl
from satsuma.sync.importer import Importer
from satsuma.sync.options import ImportOptions
from satsuma.sync.planning import Plan
from tests.sync import support


def test_what_others_teach_the_catalog_meanwhile_is_heeded(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    rows = [f"c-{n},{n}" for n in range(40)]
    file.write_text(
        "id,age\n" + "\n".join(rows[:20]) + "\n" + "\n".join(f"{row}.5" for row in rows[20:]) + "\n"
    )
    with support.shop(tmp_path / "ws") as shop:
        taught: list[str] = []

        def teach(*_: int) -> None:
            name = f"taught {len(taught)}"
            taught.append(name)
            shop.writer.commit(
                lambda change: change.upsert(
                    "contact", take_records([{"id": "x", name: 1}], "contact", change.catalog, now=change.at)
                ),
                actor="other",
            )

        plan = shop.importer.plan([file], "contact", ImportOptions(rows_max=6))
        report = shop.importer.run(plan, progress=teach)
        assert (report.accepted, report.quarantined, report.created) == (40, 0, 40)
        assert len(taught) == 7
        [row] = shop.query("SELECT count(*) AS n, sum(age) AS sum FROM contact WHERE id <> 'x'")
        assert row == {"n": 40, "sum": sum(range(40)) + 10.0}
        assert {"age", *taught} <= shop.record.catalog.entities["contact"].attributes.keys()


def test_an_attribute_that_live_definitions_read_never_widens(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("id,age\nc-1,1\nc-2,2\nc-3,3.5\n")
    with support.shop(tmp_path / "ws") as shop:

        def ages(_: object) -> frozenset[int]:
            entity = shop.record.catalog.entities.get("contact")
            return frozenset() if entity is None else frozenset({entity.attributes["age"].number})

        importer = Importer(shop.record, shop.writer, actor="tester", locked=ages)
        report = importer.run(importer.plan([file], "contact", ImportOptions(rows_max=2)))
        assert (report.accepted, report.quarantined) == (2, 1)
        assert [(row.code, row.position) for row in shop.record.quarantine()] == [("value.type", 2)]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small blocks, so that the shorter file already has more of them than are ever held together.
    for format_ in (csv, jsonl):
        monkeypatch.setattr(format_, "_BLOCK_BYTES", 65_536)
    peaks = []
    for count in (20_000, 120_000):
        file = tmp_path / f"visits-{count}.{suffix}"
        with file.open("w") as out:
            line = '{{"contact": "c-{}", "occurred_at": "2026-05-01T00:00:00Z", "url": "/page/{}"}}\n'
            if suffix == "csv":
                out.write("contact,occurred_at,url\n")
                line = "c-{},2026-05-01T00:00:00Z,/page/{}\n"
            out.writelines(line.format(n % 999, n) for n in range(count))
        with support.shop(tmp_path / str(count)) as shop:
            plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=2_000), interactions=True)
            peaks.append(_peak_bytes(shop, plan))
    assert peaks[1] < 1.5 * peaks[0]


def _peak_bytes(shop: support.Shop, plan: Plan) -> int:
    """The most that Arrow holds after any chunk of an import."""
    before, seen = pa.total_allocated_bytes(), [0]
    shop.importer.run(plan, progress=lambda *_: seen.append(pa.total_allocated_bytes() - before))
    return max(seen)
