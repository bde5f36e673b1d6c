"""Meeting: the records that meet a definition that is not stored, at the version that a connection reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import UsageError
from satsuma.language import tree
from satsuma.language.binding import bind
from satsuma.language.problems import definition_error
from satsuma.language.text import parse_text
from satsuma.language.wire import source_from_json
from satsuma.membership.evaluating import Evaluate
from satsuma.membership.names import StoredNames

Where = str | Mapping[str, Any] | tree.Condition
"""A definition: text, its JSON form, or what `satsuma.parse` gives."""


def who_meets(
    evaluate: Evaluate, connection: duckdb.DuckDBPyConnection, catalog: Catalog, source: tree.Source, now: int
) -> NDArray[np.uint32]:
    """Numbers of the records that meet a definition at an instant (microseconds UTC), distinct.

    Raises:
        DefinitionError: It has errors.
    """
    binding = bind(source, catalog, StoredNames(connection, catalog))
    if binding.definition is None:
        raise definition_error(binding.problems)
    return evaluate(connection, binding.definition, catalog, now)


def source_given(where: Where, *, audience: str | None = None, timezone: str | None = None) -> tree.Source:
    """A definition as it was given; what it says of audience and zone goes before the arguments.

    Raises:
        DefinitionError: Text or JSON that cannot be read.
        UsageError: It is something else.
    """
    match where:
        case str():
            source = tree.Source(where=parse_text(where))
        case Mapping():
            source = source_from_json(dict(where))
        case _ if isinstance(where, tree.Condition):
            source = tree.Source(where=where)
        case _:
            raise UsageError(f"found {type(where).__name__}, expected a definition")
    return replace(source, audience=source.audience or audience, timezone=source.timezone or timezone)
