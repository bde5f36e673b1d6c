"""The program that is killed: imports one file, in small chunks, and says so when it is done."""

from __future__ import annotations

import sys
from pathlib import Path

from satsuma.sync.options import ImportOptions
from tests.sync import support

OPTIONS = ImportOptions(rows_max=1_000)


def main(folder: Path, file: Path) -> None:
    with support.shop(folder) as shop:
        _say("open")
        plan = shop.importer.plan([file], "visit", OPTIONS, interactions=True)
        report = shop.importer.run(plan)
        _say(f"done {report.accepted} {report.rows_read}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
