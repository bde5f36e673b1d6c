"""Scope: the row that a condition is about, and how the columns it reads are reached from it.

A scope is made with an alias for its row; reading through references adds LEFT JOINs to it, one for each
distinct chain of references. A key is unique, so no join multiplies rows, and what lies behind a reference
that leads nowhere is null, which is what missing means. Whoever selects from the row adds `joins` to the
query, after everything has been compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlglot import exp

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.zones import hour_of, weekday_of
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Builtin
from satsuma.record import layout

Part: TypeAlias = Literal["value", "folded", "latitude", "longitude"]

_STORED = {
    "value": layout.column,
    "folded": layout.folded_column,
    "latitude": layout.latitude_column,
    "longitude": layout.longitude_column,
}


def base_of(table: str) -> str:
    """What a stored table is called in a query: its name without the number."""
    return table.rpartition("_")[0]


class Scope:
    """A row of an entity or of an interaction type.

    Attributes:
        alias: Of the row in the query.
        subject: What it is a row of.
        joins: What its reads needed so far.
    """

    def __init__(self, subject: Entity | InteractionType, alias: str) -> None:
        self.subject = subject
        self.alias = alias
        self.joins: list[exp.Join] = []
        self._reached: dict[tuple[object, ...], str] = {}

    @property
    def table(self) -> str:
        """The stored table."""
        if isinstance(self.subject, Entity):
            return layout.entity_table(self.subject)
        return layout.interaction_table(self.subject)

    @property
    def source(self) -> exp.Table:
        """The table under the alias."""
        return build.table(self.table, self.alias)

    @property
    def number(self) -> Sql:
        """The record's number; of an interaction, that of its member."""
        return self.column(layout.NUMBER if isinstance(self.subject, Entity) else layout.MEMBER)

    def column(self, name: str) -> Sql:
        """A column of the row itself."""
        return build.column(self.alias, name)

    def path_of(self, read: bound.Read) -> bound.Path | None:
        """How this kind of row reaches what is read; None where it lacks it."""
        name = None if isinstance(self.subject, Entity) else self.subject.name
        return next((path for type_name, path in read.by_type if type_name == name), None)

    def read(self, path: bound.Path, part: Part, context: Context) -> Sql:
        """A stored column at the end of a path, or what is computed of one; null where it is missing."""
        alias = self._follow(path.hops, context)
        if isinstance(path.leaf, Attribute):
            return self.stored(alias, path.leaf, part)
        match path.leaf:
            case Builtin.KEY:
                return build.column(alias, layout.KEY)
            case Builtin.ID:
                return build.column(alias, layout.ID)
            case Builtin.OCCURRED_AT:
                return build.column(alias, layout.OCCURRED_AT)
            case Builtin.HOUR:
                return hour_of(build.column(alias, layout.OCCURRED_AT), context)
            case Builtin.WEEKDAY:
                return weekday_of(build.column(alias, layout.OCCURRED_AT), context)

    def stored(self, alias: str, attribute: Attribute, part: Part) -> Sql:
        """The column of an attribute in a row reached."""
        return build.column(alias, _STORED[part](attribute))

    def member(self, context: Context) -> Scope:
        """The audience record whose interaction this row is, joined to it."""
        if isinstance(self.subject, Entity):
            raise InvariantError("the member of an interaction was asked of a record")
        audience = context.entity(self.subject.audience)
        alias = self._reached.get(("member",))
        if alias is None:
            alias = context.alias(base_of(layout.entity_table(audience)))
            self._reached[("member",)] = alias
            matched = exp.EQ(this=build.column(alias, layout.NUMBER), expression=self.column(layout.MEMBER))
            self.joins.append(build.left_join(build.table(layout.entity_table(audience), alias), matched))
        return _Joined(audience, alias, self)

    def is_among(self, numbers: exp.Query) -> Sql:
        """Whether the record's number is one of a query's."""
        return build.in_set(self.number, numbers)

    def referred(self, reference: Attribute, target: Entity, context: Context) -> Scope:
        """The record that a reference of this one leads to, joined to it; it may be missing."""
        place = ("hops", self.alias, reference.number)
        alias = self.join(self.stored(self.alias, reference, "value"), target, place, context)
        return _Joined(target, alias, self)

    def join(self, reference: Sql, target: Entity, place: tuple[object, ...], context: Context) -> str:
        """Alias of the record that a key refers to, joined once for each place it is reached by."""
        alias = self._reached.get(place)
        if alias is None:
            alias = context.alias(base_of(layout.entity_table(target)))
            self._reached[place] = alias
            matched = exp.EQ(this=build.column(alias, layout.KEY), expression=reference)
            self.joins.append(build.left_join(build.table(layout.entity_table(target), alias), matched))
        return alias

    def _follow(self, hops: tuple[Attribute, ...], context: Context) -> str:
        at: Scope = self
        for hop in hops:
            at = at.referred(hop, context.entity(hop.to), context)
        return at.alias


class _Joined(Scope):
    """A record joined to another row's query; what it reads is joined to that query too."""

    def __init__(self, subject: Entity, alias: str, row: Scope) -> None:
        super().__init__(subject, alias)
        self.joins = row.joins
        self._reached = row._reached  # noqa: SLF001 - of the same class

    def is_among(self, numbers: exp.Query) -> Sql:
        # There may be no such record, and then it has no number.
        return build.decided_set(super().is_among(numbers))


def entity_scope(entity: Entity, context: Context) -> Scope:
    """A row of an entity under a name of its own."""
    return Scope(entity, context.alias(base_of(layout.entity_table(entity))))


def interaction_scope(type: InteractionType, context: Context) -> Scope:
    """A row of an interaction type under a name of its own."""
    return Scope(type, context.alias(base_of(layout.interaction_table(type))))


@dataclass(frozen=True, slots=True)
class Rows:
    """A query in the making over rows of one scope."""

    scope: Scope
    conditions: tuple[Sql, ...]

    def select(self, *expressions: Sql) -> exp.Select:
        """SELECT expressions FROM the row, with the joins its reads needed, WHERE the conditions hold."""
        query = build.from_(build.select(*expressions), self.scope.source, self.scope.joins)
        return build.filtered(query, self.conditions)
