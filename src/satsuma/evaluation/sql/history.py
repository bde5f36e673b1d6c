"""History: the rows of everything that changed about a record, of what a condition speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, plain
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import AT, OWNER
from satsuma.evaluation.sql.memberships import consent_entries
from satsuma.evaluation.sql.scope import Part, Scope
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Builtin, Cmp
from satsuma.record import layout

SAID_AT = "said_at"
SOURCE = "source"
RANK = "rank"
TIE = "tie"
KEY = "key"

Membership: TypeAlias = bound.InSegment | bound.InList | bound.Consent


@dataclass(frozen=True, slots=True)
class Carried:
    """What a condition speaks of, each under a name: columns of attributes, and memberships."""

    attributes: tuple[Attribute, ...]
    memberships: tuple[Membership, ...]

    @property
    def names(self) -> list[str]:
        """The columns that rows carry."""
        return [*(part_name(one, part) for one, part in self.parts), *map(self.name_of, self.memberships)]

    @property
    def parts(self) -> list[tuple[Attribute, Part]]:
        """The stored columns of the attributes."""
        return [(one, part) for one in self.attributes for part in _parts(one)]

    def name_of(self, membership: Membership) -> str:
        """The column of a membership."""
        return f"membership_{self.memberships.index(membership)}"


class PastScope(Scope):
    """A record as it was, in a row that carries what was known of it then."""

    def __init__(self, subject: Entity, alias: str, carried: Carried) -> None:
        super().__init__(subject, alias)
        self._carried = carried

    def read(self, path: bound.Path, part: Part, context: Context) -> Sql:
        """What the row carries of an attribute of the record itself."""
        if path.hops:
            raise InvariantError("`held` speaks of attributes of the record itself; found a path")
        if isinstance(path.leaf, Attribute):
            return context.dialect.unpacked(self.column(part_name(path.leaf, part)))
        if path.leaf is Builtin.KEY:
            return self.column(KEY)
        raise InvariantError(f"a record has no {path.leaf.value!r}")

    def membership(self, of: Membership) -> Sql:
        """What the row carries of a membership."""
        return self.column(self._carried.name_of(of))


def part_name(attribute: Attribute, part: Part) -> str:
    """The column that carries a stored column of an attribute."""
    return f"{layout.column(attribute)}:{part}"


def _parts(attribute: Attribute) -> tuple[Part, ...]:
    match attribute.type:
        case ValueType.LOCATION:
            return ("latitude", "longitude")
        case ValueType.TEXT:
            return ("value", "folded")
        case _:
            return ("value",)


def carried_by(condition: bound.Condition) -> Carried:
    """All that a condition speaks of."""
    attributes: dict[int, Attribute] = {}
    memberships: dict[Membership, None] = {}
    for part in _leaves(condition):
        if isinstance(part, bound.InSegment | bound.InList | bound.Consent):
            memberships[part] = None
            continue
        for read in _reads(part):
            for _, path in read.by_type:
                if isinstance(path.leaf, Attribute):
                    attributes[path.leaf.number] = path.leaf
    return Carried(tuple(attributes.values()), tuple(memberships))


def _leaves(condition: bound.Condition) -> Iterator[bound.Condition]:
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            for one in conditions:
                yield from _leaves(one)
        case bound.Not(negated):
            yield from _leaves(negated)
        case _:
            yield condition


def _reads(leaf: bound.Condition) -> Iterator[bound.Read]:
    """What a condition on one value reads, its right sides included."""
    match leaf:
        case bound.Compare(read, _, right) | bound.TextTest(read, _, right):
            sides: tuple[bound.Operand, ...] = (right,)
        case bound.Between(read, low, high):
            sides = (low, high)
        case (
            bound.IsMissing(read)
            | bound.OneOf(read)
            | bound.HasAny(read)
            | bound.HasAll(read)
            | bound.IsSet(read)
            | bound.Within(read)
            | bound.MoreThan(read)
            | bound.Anniversary(read)
            | bound.Near(read)
        ):
            sides = ()
        case _:
            raise InvariantError(f"`held` cannot hold {type(leaf).__name__}; the binder refuses it")
    yield read
    yield from (side.read for side in sides if isinstance(side, bound.Shifted))


def order() -> list[Sql]:
    """The order in which things were said, by which the latest of each counts."""
    return [build.ascending(plain(name)) for name in (SAID_AT, SOURCE, RANK, TIE)]


def changes(carried: Carried, entity: Entity, context: Context) -> exp.Query:
    """All rows: OWNER, KEY, AT (not before the record existed), the columns of `order`, what is carried."""
    found = [_beginnings(carried, entity, context)]
    if carried.attributes:
        found.append(_observations(carried, entity, context))
    found += [
        _membership_rows(carried, one, i, entity, context) for i, one in enumerate(carried.memberships, 2)
    ]
    alias, record = context.alias("said"), Scope(entity, context.alias("record"))
    existed = record.column(layout.FIRST_OBSERVED_AT)
    not_before = build.case(
        (build.compare(plain(SAID_AT), Cmp.LT, existed), existed.copy()), default=plain(SAID_AT)
    )
    same = build.compare(record.number, Cmp.EQ, build.column(alias, OWNER))
    said = build.subquery(build.union_all(found), alias)
    rows = build.select(
        *(plain(name) for name in (OWNER, SAID_AT, SOURCE, RANK, TIE, *carried.names)),
        build.named(not_before, AT),
        build.named(record.column(layout.KEY), KEY),
    )
    build.from_(rows, said, [build.inner_join(record.source, same)])
    until_now = build.compare(plain(SAID_AT), Cmp.LE, context.dialect.instant_literal(context.now))
    return build.filtered(rows, [until_now])


def _row(
    carried: Carried,
    context: Context,
    values: dict[str, Sql],
    *,
    owner: Sql,
    at: Sql,
    place: tuple[int, Sql, Sql],
) -> exp.Select:
    """What one source selects; `place` is the source's number, and its own order of rows at one instant."""
    source, rank, tie = place
    nothing = context.dialect.nothing_packed
    return build.select(
        build.named(owner, OWNER),
        build.named(at, SAID_AT),
        build.named(build.number(source), SOURCE),
        build.named(rank, RANK),
        build.named(tie, TIE),
        *(build.named(values.get(name, nothing()), name) for name in carried.names),
    )


def _beginnings(carried: Carried, entity: Entity, context: Context) -> exp.Select:
    """A row for each record's coming into being, of which nothing is known yet."""
    record = Scope(entity, context.alias("record"))
    first = record.column(layout.FIRST_OBSERVED_AT)
    place = (0, build.number(0), build.number(0))
    row = _row(carried, context, {}, owner=record.number, at=first, place=place)
    return build.from_(row, record.source)


def _observations(carried: Carried, entity: Entity, context: Context) -> exp.Select:
    """A row for each observation; it carries an attribute only if it gave it, be it as missing."""
    alias, sets = context.alias("observed"), context.alias("given")

    def gave(attribute: Attribute) -> Sql:
        return context.dialect.holds_number(build.column(sets, "attributes"), attribute.number)

    values = {}
    for attribute, part in carried.parts:
        stored = Scope(entity, alias).stored(alias, attribute, part)
        values[part_name(attribute, part)] = build.case(
            (gave(attribute), context.dialect.packed(stored)), default=context.dialect.nothing_packed()
        )
    owner, at = build.column(alias, layout.NUMBER), build.column(alias, layout.OBSERVED_AT)
    place = (1, build.column(alias, layout.SEQ), build.number(0))
    row = _row(carried, context, values, owner=owner, at=at, place=place)
    on = build.compare(build.column(sets, "id"), Cmp.EQ, build.column(alias, layout.SHAPE))
    joined = build.inner_join(build.table("attribute_sets", sets), on)
    build.from_(row, build.table(layout.history_table(entity), alias), [joined])
    return build.filtered(row, [build.disjunction([gave(one) for one in carried.attributes])])


def _membership_rows(
    carried: Carried, membership: Membership, source: int, entity: Entity, context: Context
) -> exp.Select:
    """A row for each change of a membership, with its sign; or ledger entry, with its state."""
    if isinstance(membership, bound.Consent):
        return _ledger_rows(carried, membership, source, entity, context)
    if isinstance(membership, bound.InSegment):
        table, which, number = "membership_changes", "segment", membership.segment
    else:
        table, which, number = "list_changes", "list", membership.list
    alias = context.alias(table)
    packed = context.dialect.packed(context.dialect.optional(build.column(alias, "sign")))
    values = {carried.name_of(membership): packed}
    place = (source, build.column(alias, "version"), build.number(0))
    owner, at = build.column(alias, "member"), build.column(alias, "at")
    row = _row(carried, context, values, owner=owner, at=at, place=place)
    build.from_(row, build.table(table, alias))
    return build.filtered(row, [build.compare(build.column(alias, which), Cmp.EQ, build.number(number))])


def _ledger_rows(
    carried: Carried, membership: bound.Consent, source: int, entity: Entity, context: Context
) -> exp.Select:
    alias = context.alias("consent_ledger")
    state = build.column(alias, "state")
    denied = build.compare(state, Cmp.EQ, build.string("denied"))
    packed = context.dialect.packed(context.dialect.optional(state.copy()))
    denials_last = build.case((denied, build.number(1)), default=build.number(0))
    place = (source, denials_last, build.column(alias, "seq"))
    owner, at = build.column(alias, "member"), build.column(alias, "at")
    values = {carried.name_of(membership): packed}
    row = _row(carried, context, values, owner=owner, at=at, place=place)
    build.from_(row, build.table("consent_ledger", alias))
    return build.filtered(row, consent_entries(membership, entity, alias, context))
