"""Options of an import: which column is what, and how files are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from satsuma.kernel.errors import UsageError
from satsuma.sync.formats.base import CHUNK_BYTES_MAX, CHUNK_ROWS_MAX
from satsuma.sync.times import check_format

_NOT_OF_CONTENT = ("rows_max", "bytes_max", "again")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How columns of files become keys, times and attributes.

    Attributes:
        key: Of records: the column of their keys; default `id`.
        map: Column → attribute; columns not named keep their names.
        ignore: Columns that are left out.
        time_format: How `occurred_at` and `observed_at` are written, where not as ISO 8601.
        time_formats: Column → how its times are written.
        type_column: Of interactions: the column that names each row's type.
        member: Of interactions: the column of the members' keys; default the audience's name.
        audience: Of interactions whose type is new: whose they are.
        occurred_at, id: Of interactions: these columns; a file may lack the second.
        observed_at: Of records: the column with the instants at which the rows were observed; or one instant.
        delimiter, format: See `formats`.
        rows_max, bytes_max: Of a chunk, which becomes one version.
        again: Take files whose path is known as new ones, all of their rows included.
    """

    key: str | None = None
    map: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ignore: frozenset[str] = frozenset()
    time_format: str | None = None
    time_formats: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    type_column: str | None = None
    member: str | None = None
    audience: str | None = None
    occurred_at: str | None = None
    id: str | None = None
    observed_at: str | None = None
    delimiter: str | None = None
    format: str | None = None
    rows_max: int = CHUNK_ROWS_MAX
    bytes_max: int = CHUNK_BYTES_MAX
    again: bool = False

    def __post_init__(self) -> None:
        for one in (self.time_format, *self.time_formats.values()):
            if one is not None:
                check_format(one)
        both = sorted(self.ignore & self.map.keys())
        if both:
            raise UsageError(f"column {both[0]!r} is both mapped and ignored, expected one", code="usage.map")
        if self.rows_max < 1 or self.bytes_max < 1:
            raise UsageError("a chunk has at least one row and one byte", code="usage.chunk")

    def to_json(self) -> dict[str, Any]:
        """What decides on the content of the import: defaults, and the size of chunks, are left out."""
        plain = {one: getattr(self, one) for one in self.__dataclass_fields__ if one not in _NOT_OF_CONTENT}
        plain |= {
            "map": dict(self.map),
            "ignore": sorted(self.ignore),
            "time_formats": dict(self.time_formats),
        }
        return {name: value for name, value in plain.items() if value}

    @classmethod
    def from_json(cls, found: Mapping[str, Any], **others: Any) -> ImportOptions:
        """The options of `to_json`, and others."""
        given = dict(found)
        given["ignore"] = frozenset(given.get("ignore", ()))
        return cls(**given, **others)
