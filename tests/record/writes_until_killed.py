"""Writes versions for ever and says each number once it is acknowledged; run by `test_crash`, and killed.

Version n upserts the records `common` (age n) and `c<n>` and appends the interactions `<n>-0` to `<n>-9` of
`c<n>`.
"""

from __future__ import annotations

import sys
from typing import Any

from satsuma.record.files import Settings
from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, records

EACH = 10


def main(path: str) -> None:
    # A small log, so that kills also fall into its folding into the file.
    with Record.open(path, settings=Settings(checkpoint_wal_bytes=20_000)) as record:
        _say("ready")
        known = catalog()
        while True:
            n = record.version + 1
            with record.begin(at=record.now + 1, actor="test") as change:
                rows: list[dict[str, Any]] = [{"id": "common", "age": n}, {"id": f"c{n}", "city": "x" * 100}]
                change.upsert("contact", records(CONTACT, rows, known))
                done = [{"id": f"{n}-{i}", "contact": f"c{n}", "occurred_at": n} for i in range(EACH)]
                change.append("purchase", interactions(PURCHASE, done, known))
            _say(n)


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
