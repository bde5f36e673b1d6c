"""Gaps: what SQL for an engine does not say, each with its reason; nothing else is missing.

A definition that needs one raises `UnsupportedError`. Kinds: `not yet here` could be written, `not in that
engine` waits for the engine, `never` would mean something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from satsuma.evaluation.sql.dialects.base import Dialect
from satsuma.evaluation.sql.errors import UnsupportedError

Kind: TypeAlias = Literal["not yet here", "not in that engine", "never"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be said.

    Attributes:
        engines: Those it is missing in, by dialect name.
        what: What a definition asked for, in words.
        hint: What to do instead.
    """

    engines: frozenset[str]
    kind: Kind
    what: str
    reason: str
    hint: str


_ALL = frozenset({"duckdb", "clickhouse"})

GAPS: Mapping[str, Gap] = MappingProxyType(
    {
        "periods_beside_attribute": Gap(
            _ALL,
            "not yet here",
            "count of an active period compared with an attribute",
            "periods are counted for all records at once, before any record's attributes are known",
            "compare with a constant",
        ),
    }
)


def unsupported(gap: str, dialect: Dialect) -> UnsupportedError:
    """The error that names a gap."""
    found = GAPS[gap]
    return UnsupportedError(
        f"SQL for {dialect.name} has no {found.what}: {found.reason}; {found.kind}",
        hint=found.hint,
        details={"gap": gap, "kind": found.kind, "engine": dialect.name},
    )
