"""JSON lines as columns, read by Arrow, where nothing of what they say is lost that way.

Arrow takes numbers for doubles where integers do not fit, text that looks like a time for a time, and absent
for null. What could be touched by that is left to be read line by line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.json as arrow_json

from satsuma.sync.formats.base import ReadOptions

_BEYOND_DOUBLE = re.compile(rb"(?<![\d.])\d{16,}(?![\d.eE])")
_LONG_FRACTION = re.compile(rb"(?=[\d.]{17})\d+\.\d")


class JsonColumns:
    """Reads chunks of one file; what text looked like a time in an earlier chunk is remembered to be text."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._schema: pa.Schema | None = None

    def read(self, lines: list[bytes]) -> pa.Table | None:
        """The lines as a table; None where they must be read one by one, or are not all JSON objects.

        Args:
            lines: None of them empty.
        """
        text = b"\n".join(lines)
        options = self._options
        if not lines or (options.is_exact and _LONG_FRACTION.search(text)):
            return None
        table = self._parsed(text)
        if table is None or table.num_rows != len(lines) or options.required - set(table.column_names):
            return None
        if _any(table.schema.types, pa.types.is_floating) and _BEYOND_DOUBLE.search(text):
            return None
        if not options.is_sparse and any(_has_nulls(column) for column in table.columns):
            return None
        return table

    def _parsed(self, text: bytes) -> pa.Table | None:
        table = _parse(text, self._schema)
        if table is None and self._schema is not None:
            table = _parse(text, None)
        if table is None:
            return None
        if _any(table.schema.types, pa.types.is_timestamp):
            as_text = pa.schema([pa.field(field.name, _as_text(field.type)) for field in table.schema])
            table = _parse(text, as_text)
            if table is None or _any(table.schema.types, pa.types.is_timestamp):
                return None
        known = [field for field in table.schema if not _any([field.type], pa.types.is_null)]
        self._schema = pa.schema(known)
        return table


def _parse(text: bytes, schema: pa.Schema | None) -> pa.Table | None:
    try:
        return arrow_json.read_json(
            io.BytesIO(text),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
        )
    except pa.ArrowException:
        # What is wrong is found, and told, where lines are read one by one.
        return None


def _any(types: Iterable[pa.DataType], is_kind: Any) -> bool:
    """Whether any of the types, or of those inside them, is of a kind."""
    return any(is_kind(one) or _any(_inner(one), is_kind) for one in types)


def _inner(arrow: pa.DataType) -> list[pa.DataType]:
    return [arrow.field(place).type for place in range(arrow.num_fields)]


def _as_text(arrow: Any) -> pa.DataType:
    """The type with text in place of times."""
    if pa.types.is_timestamp(arrow):
        return pa.string()
    if pa.types.is_struct(arrow):
        return pa.struct([pa.field(field.name, _as_text(field.type)) for field in arrow])
    if pa.types.is_list(arrow):
        return pa.list_(_as_text(arrow.value_type))
    text: pa.DataType = arrow
    return text


def _has_nulls(column: Any) -> bool:
    if column.null_count:
        return True
    return pa.types.is_struct(column.type) and any(_has_nulls(field) for field in column.flatten())
