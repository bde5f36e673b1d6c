"""A bulk import holds nobody up: single changes go between its chunks, each of about half a second."""

from __future__ import annotations

import os
import time
from bisect import bisect_left, bisect_right
from pathlib import Path
from threading import Thread

import satsuma
from satsuma.sync.options import ImportOptions

ROWS = 150_000
WAITED_S_MAX = 1.0
BUSY = 1.5
"""A machine on which so many threads for each core want to run tells nothing about time."""


def test_a_single_change_waits_for_one_chunk_of_an_import_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    lines = (f"c-{n % 500},v-{n},2026-05-01T00:00:00Z,{n % 60}\n" for n in range(ROWS))
    file.write_text("contact,id,occurred_at,seconds\n" + "".join(lines))
    waited: list[tuple[int, int, float]] = []
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": f"c-{n}"} for n in range(500)])
        ws.append("visit", [{"contact": "c-1", "id": "first", "occurred_at": "2026-05-01", "seconds": 1}])
        for seconds in range(30):
            ws.segments.create(f"Looked {seconds}", f"did visit where seconds >= {seconds}").go_live()
        ws.warm()
        plan = ws.importer.plan([file], "visit", ImportOptions(rows_max=20_000), interactions=True)
        thread = Thread(target=lambda: ws.importer.run(plan))
        thread.start()
        while thread.is_alive():
            before, asked = ws.version, time.perf_counter()
            receipt = ws.append("visit", [{"contact": "c-2", "occurred_at": "2026-05-02", "seconds": 5}])
            waited.append((before, receipt.version, time.perf_counter() - asked))
            time.sleep(0.002)
        thread.join()
        chunks = [one.version for one in ws.versions() if one.kind == "import"]
        assert ws.verify() == ()
    assert len(chunks) > 1
    beside = [one for one in waited if chunks[0] <= one[1] <= chunks[-1]]
    assert beside, "nothing was asked while the import went on"
    between = [bisect_left(chunks, after) - bisect_right(chunks, before) for before, after, _ in beside]
    seconds_waited = sorted(took for _, _, took in beside)
    print(  # noqa: T201 -- figures, for whoever asks for them with -s
        f"{len(beside)} single changes beside {len(chunks)} chunks of an import: median"
        f" {seconds_waited[len(beside) // 2] * 1000:.0f} ms, longest {seconds_waited[-1] * 1000:.0f} ms;"
        f" chunks waited for: at most {max(between)}"
    )
    # One that is being made, and one that had been handed in before it was done.
    assert max(between) <= 2
    if os.getloadavg()[0] < BUSY * (os.cpu_count() or 1):
        assert seconds_waited[-1] < WAITED_S_MAX
