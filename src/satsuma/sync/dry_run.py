"""Dry run: everything of an import but the writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from satsuma.catalog.model import Catalog
from satsuma.sync.formats.base import Rows
from satsuma.sync.ledger import Position
from satsuma.sync.planning import Plan
from satsuma.sync.preparing import Preparer

EXAMPLES_MAX = 3
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Refusals:
    """Rows that would be refused for one reason, with the first of them.

    Attributes:
        examples: File, number of the row in it, message and row as JSON.
    """

    code: str
    count: int
    examples: tuple[tuple[str, int, str, str], ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do.

    What needs the store is not looked at: repeated ids, records deleted since, and in mode `strict` members
    that are not there.

    Attributes:
        taken: Entity or type → how many rows fit.
        learned: What the catalog would learn: `entity`, `interaction type` or `attribute`, its name with its
            owner's, and its type.
        refused: By reason, the most frequent first.
        columns: Names of the columns of the files, each with some of its first values as text.
    """

    rows_read: int
    taken: dict[str, int]
    learned: tuple[str, ...]
    refused: tuple[Refusals, ...]
    files: tuple[str, ...]
    unchanged: tuple[tuple[str, int], ...] = field(default=())
    columns: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())


def dry_run(
    plan: Plan, catalog: Catalog, now: int, progress: Callable[[int, int, int], None] | None
) -> DryRun:
    """Read all files of a plan, and fit their rows to the catalog."""
    preparer = Preparer(plan, catalog, now)
    counts: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    examples: dict[str, list[tuple[str, int, str, str]]] = {}

    def note(path: str, refused: pa.Table) -> None:
        if not refused.num_rows:
            return
        for row in refused.to_pylist():
            counts[row["code"]] += 1
            found = examples.setdefault(row["code"], [])
            if len(found) < EXAMPLES_MAX:
                found.append((path, row["position"], row["message"], row["row"]))

    columns = {name: list[str]() for file in plan.files for name in file.reader.columns}
    rows, done, place = 0, 0, -1
    for prepared in preparer.chunks(Position() if plan.resumes is None else plan.resumes.position):
        path = prepared.file.entry.path
        if prepared.place != place:
            _look(prepared.chunk.rows, columns)
        note(path, prepared.unread)
        for fitted in prepared.fitted:
            taken[fitted.part.target] += sum(group.table.num_rows for group in fitted.intake.groups)
            note(path, fitted.intake.refused)
        rows += prepared.rows
        if progress is not None:
            done += 0 if prepared.place == place or place < 0 else plan.files[0].entry.size_bytes
            progress(min(done + prepared.chunk.bytes_done, plan.total_bytes), plan.total_bytes, rows)
        place = prepared.place
    return DryRun(
        rows,
        {name: count for name, count in sorted(taken.items()) if count},
        tuple(_learned(catalog, preparer.catalog)),
        tuple(Refusals(code, count, tuple(examples[code])) for code, count in counts.most_common()),
        tuple(file.entry.path for file in plan.files),
        plan.unchanged,
        tuple((name, tuple(values)) for name, values in columns.items()),
    )


def _look(rows: Rows, columns: dict[str, list[str]]) -> None:
    """Notes values of the first rows of a chunk."""
    first = rows[:LOOKED_AT] if isinstance(rows, list) else rows.slice(0, LOOKED_AT).to_pylist()
    for row in first:
        for name, value in row.items():
            seen = columns.setdefault(name, [])
            if value is not None and len(seen) < EXAMPLES_MAX:
                seen.append(str(value))


def _learned(before: Catalog, after: Catalog) -> list[str]:
    """What one catalog has that another has not."""
    found = []
    for what, old, new in (
        ("entity", before.entities, after.entities),
        ("interaction type", before.interactions, after.interactions),
    ):
        for name, owner in new.items():
            known = old[name].attributes if name in old else {}
            if name not in old:
                found.append(f"{what} {name}")
            for attribute in owner.attributes.values():
                was = known.get(attribute.name)
                if was is None:
                    found.append(f"attribute {name}.{attribute.name}: {attribute.type}")
                elif was.type is not attribute.type:
                    found.append(f"attribute {name}.{attribute.name}: {was.type} becomes {attribute.type}")
    return found
