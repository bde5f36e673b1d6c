"""Related: the measure over the distinct records at the end of a relationship path."""

from __future__ import annotations

from satsuma.catalog.model import Entity
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import OWNER, inputs
from satsuma.evaluation.sql.measuring import measured_over
from satsuma.evaluation.sql.paths import beyond_references, owner_of
from satsuma.evaluation.sql.scope import Rows, Scope, entity_scope
from satsuma.evaluation.sql.testing import compares_with_attribute, owned
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound


def related(condition: bound.Related, record: Scope, context: Context) -> Sql:
    """The measure over the records at the end of the path for which `where` holds compares."""
    owner, path = record, condition.path
    if not compares_with_attribute(condition.test):
        owner, path = beyond_references(path, record, context)
    if not isinstance(owner.subject, Entity):
        raise InvariantError("relationships lead from records; found an interaction as the subject")
    target = entity_scope(condition.target, context)
    where = context.truth(condition.where, target, context)
    number = target.number if not path else owner_of(target, path, owner.subject, context)
    columns = [build.named(number, OWNER), *inputs(condition.measure, target, context)]
    conditions = (where, build.is_present(number.copy())) if path else (where,)
    matches = None if build.is_false(where) else Rows(target, conditions).select(*columns)
    measured = measured_over(condition.measure, matches, context)
    return owned(measured, condition.test, owner, context)
