"""Verifying what is known of interaction ids: each one that is stored must be found, or it is taken twice.

The record's ids come in batches, and of each the hashes are asked for as an append asks. Hashes of ids that
are gone do no harm: what is found is looked up in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np

from satsuma.catalog.model import InteractionType
from satsuma.record.hash_file import DamagedError, Hashes
from satsuma.record.hashes import HashRuns
from satsuma.record.id_files import IdFiles, version_of
from satsuma.record.layout import ID, VERSION, interaction_table
from satsuma.record.sql import quote, scalar

BATCH_ROWS = 2**20
"""Hashes are asked for in order: the larger the batch, the fewer blocks of a file are read twice."""


@dataclass(frozen=True, slots=True)
class KnownIds:
    """What tells which ids are stored, as of one version.

    Attributes:
        held: Type number → what the writer holds; only of types that were appended to.
        files: What the next start goes on from.
    """

    held: Mapping[int, HashRuns]
    files: IdFiles | None


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that does not tell of ids that are stored, or cannot be read.

    Attributes:
        where: `file` or `memory`.
        rows: How many ids it should tell of and does not.
        first: One of them.
    """

    where: str
    rows: int
    first: str = ""


def untold(
    cursor: duckdb.DuckDBPyConnection,
    interaction: InteractionType,
    known: KnownIds,
    tell: Callable[[], None] = lambda: None,
) -> Iterator[Untold]:
    """What does not tell of all ids of a type.

    A file that is not gone on from is not asked: of another workspace, time, version or DuckDB, or not whole.

    Args:
        cursor: On the version of what is known.
        tell: Called now and then; what it raises ends it.
    """
    file = None if known.files is None else known.files.find(cursor, interaction.number)
    if file is not None:
        yield from _asked(cursor, interaction, "file", HashRuns(file=file), version_of(file), tell)
    if interaction.number in known.held:
        last = int(scalar(cursor, "SELECT max(version) FROM versions"))
        yield from _asked(cursor, interaction, "memory", known.held[interaction.number], last, tell)


def _asked(
    cursor: duckdb.DuckDBPyConnection,
    interaction: InteractionType,
    where: str,
    runs: HashRuns,
    version: int,
    tell: Callable[[], None],
) -> Iterator[Untold]:
    """Ask about all ids of the versions up to one."""
    table = quote(interaction_table(interaction))
    statement = f"SELECT hash({ID}) AS h, {ID} AS id FROM {table} WHERE {VERSION} <= ?::BIGINT"
    count, first = 0, ""
    try:
        for batch in cursor.sql(statement, params=[version]).to_arrow_reader(BATCH_ROWS):
            tell()
            hashes: Hashes = batch.column("h").to_numpy()
            order = np.argsort(hashes)
            missing = order[~runs.contains(hashes[order])]
            if len(missing):
                count += len(missing)
                first = first or batch.column("id")[int(missing.min())].as_py()
    except DamagedError:
        yield Untold(where, 0)
        return
    if count:
        yield Untold(where, count, first)
