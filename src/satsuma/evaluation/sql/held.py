"""Held: not yet here."""

from __future__ import annotations

from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.gaps import unsupported
from satsuma.evaluation.sql.scope import Scope
from satsuma.language import bound


def held(condition: bound.Held, record: Scope, context: Context) -> Sql:  # noqa: ARG001 - not yet here
    """Refused."""
    raise unsupported("held", context.dialect)
