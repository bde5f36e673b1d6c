"""The formats of files that can be imported, in one list; a new one is a module and a line here."""

from __future__ import annotations

from pathlib import Path

from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.sync.formats.arrow import ArrowFormat
from satsuma.sync.formats.base import FileFormat
from satsuma.sync.formats.csv import CsvFormat
from satsuma.sync.formats.jsonl import JsonlFormat
from satsuma.sync.formats.parquet import ParquetFormat

FORMATS: tuple[FileFormat, ...] = (CsvFormat(), JsonlFormat(), ParquetFormat(), ArrowFormat())


def format_of(path: Path, name: str | None = None) -> FileFormat:
    """The format of a file: the one named, or that which the end of its name tells.

    Raises:
        UsageError: There is no such format, or the name tells none.
    """
    names = [one.name for one in FORMATS]
    if name is not None:
        for one in FORMATS:
            if one.name == name:
                return one
        raise UsageError(
            f"found the format {name!r}, expected one of {', '.join(names)}",
            code="usage.format",
            hint=did_you_mean(name, names),
        )
    for one in FORMATS:
        if path.name.lower().endswith(one.suffixes):
            return one
    suffixes = ", ".join(suffix for one in FORMATS for suffix in one.suffixes)
    raise UsageError(
        f"{path}: its name does not tell its format, expected an end such as {suffixes}",
        code="usage.format",
        hint=f"name the format: {', '.join(names)}",
    )
