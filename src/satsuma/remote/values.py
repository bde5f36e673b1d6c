"""Values: what goes in and out of calls, as JSON with binary parts, and back as what it was.

JSON's own values stand for themselves; all else is an object with one member that says what it is. Nothing is
unpickled: what may be made is listed here, dataclasses of ours are made from their fields, and the serving
side makes only those that callers may pass (`served.ARGUMENTS`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import UsageError
from satsuma.language import tree
from satsuma.record.intake.sources import TableSource, open_source
from satsuma.remote.served import class_named, name_of

Json = Any

_FRAMES = ("pandas.", "polars.")


class Packer:
    """Packs the values of one message; `parts` fills with the binary ones."""

    def __init__(self, refer: Callable[[object], Json | None]) -> None:
        """Begin.

        Args:
            refer: What stands for an object that stays where it is; None where it is a value.
        """
        self._refer = refer
        self.parts: list[bytes] = []

    def pack(self, value: Any) -> Json:
        """A value as JSON.

        Raises:
            UsageError: It is of a kind that cannot be sent.
        """
        match value:
            case None | bool():
                return value
            case Enum():
                return {"enum": [name_of(type(value)), value.value]}
            case str() if type(value) is str:
                return value
            case int() if type(value) is int:
                return value
            case float() if type(value) is float:
                return value if math.isfinite(value) else {"float": repr(value)}
            case list():
                return [self.pack(one) for one in value]
            case _:
                reference = self._refer(value)
                return self._packed(value) if reference is None else reference

    def _packed(self, value: Any) -> Json:
        match value:
            case tuple():
                return {"tuple": [self.pack(one) for one in value]}
            case Mapping():
                tag = "view" if isinstance(value, MappingProxyType) else "map"
                return {tag: [[self.pack(key), self.pack(one)] for key, one in value.items()]}
            case set() | frozenset():
                return {type(value).__name__: [self.pack(one) for one in value]}
            case bytes():
                return {"bytes": self._part(value)}
            case Definition():
                return {"definition": value.to_json_text()}
            case tree.Source():
                return {"source": Definition(value).to_json_text()}
            case _ if isinstance(value, tree.Condition):
                return {"condition": Definition(tree.Source(where=value)).to_json_text()}
            case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
                fields = {field.name: self.pack(getattr(value, field.name)) for field in _made_of(value)}
                return {"data": [name_of(type(value)), fields]}
            case _:
                return self._scalar(value)

    def _scalar(self, value: Any) -> Json:
        match value:
            case datetime():
                if getattr(value, "nanosecond", 0):
                    raise UsageError(f"{value} is finer than a microsecond", code="usage.instant")
                return {"datetime": value.isoformat()}
            case date() | time():
                return {type(value).__name__: value.isoformat()}
            case timedelta():
                return {"timedelta": [value.days, value.seconds, value.microseconds]}
            case Decimal() | UUID():
                return {type(value).__name__.lower(): str(value)}
            case Path():
                return {"path": str(value)}
            case str():
                return str(value)
            case int():
                return int(value)
            case np.generic():
                return self.pack(value.item())
            case _:
                return self._column(value)

    def _column(self, value: Any) -> Json:
        match value:
            case np.ndarray() if value.ndim == 1 and value.dtype.kind in "iufb":
                return {"array": self._table(pa.table({"values": pa.array(value)}))}
            case pa.Table() | pa.RecordBatch():
                table = value if isinstance(value, pa.Table) else pa.Table.from_batches([value])
                return {"table": self._table(table)}
            case pa.ChunkedArray() | pa.Array():
                columns: dict[str, Any] = {"values": value}
                return {"column": self._table(pa.table(columns))}
            case BitMap():
                return {"bitmap": self._part(value.serialize())}
            case _ if type(value).__module__.startswith(_FRAMES) or hasattr(value, "__arrow_c_stream__"):
                return self._rows(value)
            case Iterable():
                return [self.pack(one) for one in value]
            case _:
                raise UsageError(
                    f"a value of {type(value).__name__} cannot be sent to another process",
                    code="remote.value",
                )

    def _rows(self, value: Any) -> Json:
        """A frame or relation: as a table, or row by row where a column holds values of several kinds."""
        source = open_source(value)
        if not isinstance(source, TableSource):
            return [self.pack(row) for row in source.given]
        columns = [_one_type(column) for column in source.columns]
        if all(column is not None for column in columns):
            return {"table": self._table(pa.table(dict(zip(source.names, columns, strict=True))))}
        lists = [one if isinstance(one, list) else one.to_pylist() for one in source.columns]
        return [self.pack(dict(zip(source.names, row, strict=True))) for row in zip(*lists, strict=True)]

    def _table(self, table: pa.Table) -> int:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return self._part(sink.getvalue().to_pybytes())

    def _part(self, content: bytes) -> int:
        self.parts.append(content)
        return len(self.parts) - 1


class Unpacker:
    """Reads the values of one message."""

    def __init__(
        self,
        parts: Any,
        referred: Callable[[str, Json], object],
        *,
        is_known: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Begin.

        Args:
            parts: The binary values.
            referred: What stands for a reference: its member's name and value.
            is_known: Whether a class of ours, by its name, may be made.
        """
        self._parts = parts
        self._referred = referred
        self._is_known = is_known

    def unpack(self, value: Json) -> Any:
        """A value from JSON.

        Raises:
            UsageError: It is nothing that can be read, or of a class that may not be made.
        """
        if isinstance(value, list):
            return [self.unpack(one) for one in value]
        if not isinstance(value, dict):
            return value
        try:
            [(tag, content)] = value.items()
            return self._unpacked(tag, content)
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, pa.ArrowException) as error:
            raise UsageError(f"found a value that cannot be read: {error}", code="remote.value") from error

    def _unpacked(self, tag: str, content: Json) -> Any:
        match tag:
            case "tuple":
                return tuple(self.unpack(one) for one in content)
            case "map" | "view":
                found = {self.unpack(key): self.unpack(one) for key, one in content}
                return MappingProxyType(found) if tag == "view" else found
            case "set" | "frozenset":
                return (set if tag == "set" else frozenset)(self.unpack(one) for one in content)
            case "enum":
                return self._class(content[0])(content[1])
            case "data":
                kind = self._class(content[0])
                return kind(**{name: self.unpack(one) for name, one in content[1].items()})
            case "definition":
                return Definition.from_json(content)
            case "source":
                return Definition.from_json(content).source
            case "condition":
                return Definition.from_json(content).where
            case "bytes":
                return self._parts[content]
            case "array":
                return self._table(content)["values"].to_numpy()
            case "table":
                return self._table(content)
            case "column":
                return self._table(content)["values"]
            case "bitmap":
                return BitMap.deserialize(self._parts[content])
            case _:
                return self._scalar(tag, content)

    def _scalar(self, tag: str, content: Json) -> Any:
        match tag:
            case "float":
                return float(content)
            case "datetime":
                return datetime.fromisoformat(content)
            case "date":
                return date.fromisoformat(content)
            case "time":
                return time.fromisoformat(content)
            case "timedelta":
                days, seconds, microseconds = content
                return timedelta(days, seconds, microseconds)
            case "decimal":
                return Decimal(content)
            case "uuid":
                return UUID(content)
            case "path":
                return Path(content)
            case _:
                return self._referred(tag, content)

    def _class(self, name: str) -> Any:
        if not self._is_known(name):
            raise UsageError(f"objects of {name} cannot be passed", code="remote.class")
        return class_named(name)

    def _table(self, place: int) -> pa.Table:
        return pa.ipc.open_stream(self._parts[place]).read_all()


def _made_of(value: Any) -> Iterable[dataclasses.Field[Any]]:
    return (field for field in dataclasses.fields(value) if field.init)


def _one_type(column: Any) -> Any:
    """A column as Arrow holds it; None where its values are of several kinds, or objects themselves."""
    if not isinstance(column, list):
        return column
    if any(isinstance(one, Mapping) for one in column):
        return None
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
