"""Sequences: steps met one after another, found in one pass over each member's interactions in order.

Let E(1) be the rows that meet the first step, and E(i) those that meet step i and have a row p of E(i-1)
before them such that the step's `within` is kept and none of its blocker's rows lies between the two. A row
is in E(i) exactly if some choice of rows meets the first i steps and ends with it, so the sequence is met if
the last E is not empty.

Of all p in E(i-1) before a row, only the latest need be tried. `within` asks whether the row is at most
`ahead(p, d)`, and `ahead` never falls as p rises; and the rows between the latest p and the row are among
those between any other p and it, so if one of them blocks the latest, it blocks all. With `same` the argument
holds within the rows of a member that are equal there, apart from blockers, which need not be equal. So E(i)
is a maximum over the rows before, once per step, and no rows are ever joined to each other.

Rows must be sorted for that, which is most of the work. So of the types that the first step does not name,
only rows of those who have a row that meets the first step are taken: nobody else can meet the sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlglot import exp

from satsuma.catalog.model import InteractionType, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call, plain
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import AT, ID, OWNER, TYPE
from satsuma.evaluation.sql.operands import term
from satsuma.evaluation.sql.scope import Rows, Scope, interaction_scope
from satsuma.evaluation.sql.windows import due_by, happened, in_interval
from satsuma.evaluation.sql.zones import shifted_instant
from satsuma.kernel.windows import Interval
from satsuma.language import bound
from satsuma.language.bound import Cmp
from satsuma.record import layout

PLACE = "place"
ENDS = "ends"
BEFORE_AT = "before_at"
BEFORE_PLACE = "before_place"
BLOCKED_PLACE = "blocked_place"
ABSENT = "absent"
NEXT_ABSENT_AT = "next_absent_at"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked, with the names of the columns that say which row meets what."""

    condition: bound.Sequence
    window: Interval
    context: Context

    @property
    def steps(self) -> tuple[bound.SequenceStep, ...]:
        return self.condition.steps

    @property
    def keys(self) -> list[str]:
        """Columns that must be equal throughout; the first step alone need not even have them."""
        return [f"same_{i}" for i in range(len(self.condition.same))] if len(self.steps) > 1 else []

    @property
    def has_blockers(self) -> bool:
        return any(step.blocker is not None for step in self.steps)


def sequence(condition: bound.Sequence, record: Scope, context: Context) -> Sql:
    """The steps are met by interactions in strictly rising total order."""
    plan = _Plan(condition, happened(condition.during, context), context)
    types = _types(condition)
    if plan.window.is_empty or not types:
        return build.false()
    rows = build.union_all([_rows(plan, one, rank) for rank, one in enumerate(types)])
    query = _ordered(plan, rows)
    for i in range(1, len(plan.steps)):
        query = _next_step(plan, query, i)
    met: list[Sql] = [plain(ENDS)]
    if condition.absence is not None:
        met += _is_absent(condition.absence, context)
    ended = build.from_(build.select(plain(OWNER)), build.subquery(query, context.alias("steps")))
    return record.is_among(build.filtered(ended, met))


def _types(condition: bound.Sequence) -> list[InteractionType]:
    """All types of all patterns, by name: their rank decides at one instant between equal ids."""
    patterns = [step.pattern for step in condition.steps]
    patterns += [step.blocker for step in condition.steps if step.blocker is not None]
    if condition.absence is not None:
        patterns.append(condition.absence.pattern)
    found = {one.name: one for pattern in patterns for one in pattern.types}
    return [found[name] for name in sorted(found)]


def _rows(plan: _Plan, type: InteractionType, rank: int) -> exp.Select:
    """The rows of one type that are of any pattern, and of which."""
    context = plan.context
    scope = interaction_scope(type, context)

    def at() -> Sql:
        return scope.column(layout.OCCURRED_AT)

    in_window = in_interval(at, plan.window, context)
    flags: dict[str, Sql] = {}
    for i, step in enumerate(plan.steps):
        flags[f"step_{i}"] = build.conjunction([_fits(step.pattern, scope, context), in_window.copy()])
        if step.blocker is not None:
            flags[f"blocker_{i}"] = _fits(step.blocker, scope, context)
    if plan.condition.absence is not None:
        flags[ABSENT] = _fits(plan.condition.absence.pattern, scope, context)
    columns = [
        build.named(scope.number, OWNER),
        build.named(at(), AT),
        build.named(scope.column(layout.ID), ID),
        build.named(build.number(rank), TYPE),
        *(build.named(_key(read, scope, context), key) for key, read in _keys(plan)),
        *(build.named(build.decided(flag), name) for name, flag in flags.items()),
    ]
    # Blockers and absences before the window decide nothing; after its end they may.
    span = in_interval(at, Interval(plan.window.low, context.now + 1), context)
    needed = build.disjunction([flag.copy() for flag in flags.values()])
    conditions = [span, needed]
    starts = _starts(plan)
    if starts is not None and type not in plan.steps[0].pattern.types:
        conditions.append(build.in_set(scope.number, starts))
    return Rows(scope, tuple(conditions)).select(*columns)


def _starts(plan: _Plan) -> exp.Query | None:
    """The owners of rows that meet the first step; None where there can be none."""
    first = plan.steps[0].pattern
    found = []
    for type in first.types:
        scope = interaction_scope(type, plan.context)
        in_window = in_interval(partial(scope.column, layout.OCCURRED_AT), plan.window, plan.context)
        conditions = (in_window, _fits(first, scope, plan.context))
        found.append(Rows(scope, conditions).select(build.named(scope.number, OWNER)))
    return build.union_all(found) if found else None


def _keys(plan: _Plan) -> list[tuple[str, bound.Read]]:
    return list(zip(plan.keys, plan.condition.same, strict=False))


def _fits(pattern: bound.Pattern, scope: Scope, context: Context) -> Sql:
    if not isinstance(scope.subject, InteractionType):
        return build.false()
    if scope.subject.name not in {one.name for one in pattern.types}:
        return build.false()
    return build.true() if pattern.where is None else context.truth(pattern.where, scope, context)


def _key(read: bound.Read, scope: Scope, context: Context) -> Sql:
    """A value that is equal where the attribute's values are."""
    found = term(read, scope, context)
    if found is None:
        return build.null()
    if found.type is ValueType.CHOICES:
        return context.dialect.set_or_null(found.value())
    return found.value() if found.folded is None else found.folded()


def _ordered(plan: _Plan, rows: exp.Query) -> exp.Select:
    """The rows with ENDS for the first step, and what does not change from step to step."""
    columns: list[Sql] = [exp.Star()]
    first: list[Sql] = [plain("step_0"), *(build.is_present(plain(key)) for key in plan.keys)]
    columns.append(build.named(build.conjunction(first), ENDS))
    if plan.has_blockers:
        columns.append(build.named(build.row_number([plain(OWNER)], _order()), PLACE))
    if plan.condition.absence is not None:
        absent_at = build.case((plain(ABSENT), plain(AT)))
        window = build.over_following(call("MIN", absent_at), [plain(OWNER)], _order())
        columns.append(build.named(window, NEXT_ABSENT_AT))
    return build.from_(build.select(*columns), build.subquery(rows, plan.context.alias("rows")))


def _next_step(plan: _Plan, query: exp.Select, i: int) -> exp.Select:
    """The rows with ENDS for step i in place of that for the step before."""
    context, step = plan.context, plan.steps[i]
    equal = [plain(OWNER), *(plain(key) for key in plan.keys)]

    def latest(name: str, when: str, partition: Sequence[Sql]) -> Sql:
        return build.over_preceding(
            call("MAX", build.case((plain(when), plain(name)))), [one.copy() for one in partition], _order()
        )

    columns: list[Sql] = [exp.Star(), build.named(latest(AT, ENDS, equal), BEFORE_AT)]
    if step.blocker is not None:
        columns.append(build.named(latest(PLACE, ENDS, equal), BEFORE_PLACE))
        columns.append(build.named(latest(PLACE, f"blocker_{i}", [plain(OWNER)]), BLOCKED_PLACE))
    looked_back = build.from_(build.select(*columns), build.subquery(query, context.alias("steps")))
    met: list[Sql] = [plain(f"step_{i}"), build.is_present(plain(BEFORE_AT))]
    if step.within is not None:
        until = shifted_instant(plain(BEFORE_AT), step.within, context, until=context.now)
        met.append(build.compare(plain(AT), Cmp.LE, until))
    if step.blocker is not None:
        free = build.compare(plain(BLOCKED_PLACE), Cmp.LE, plain(BEFORE_PLACE))
        met.append(build.disjunction([build.is_null(plain(BLOCKED_PLACE)), free]))
    # Rows that are of no later pattern are carried along: they are few, and dropping them would cost a pass.
    kept = _kept(plan, i)
    ends = build.named(build.decided(build.conjunction(met)), ENDS)
    return build.from_(
        build.select(*(plain(name) for name in kept), ends),
        build.subquery(looked_back, context.alias("looked_back")),
    )


def _kept(plan: _Plan, i: int) -> list[str]:
    """Columns that steps after i need."""
    kept = [OWNER, AT, ID, TYPE, *plan.keys]
    for later in range(i + 1, len(plan.steps)):
        kept.append(f"step_{later}")
        if plan.steps[later].blocker is not None:
            kept.append(f"blocker_{later}")
    if plan.has_blockers:
        kept.append(PLACE)
    if plan.condition.absence is not None:
        kept.append(NEXT_ABSENT_AT)
    return kept


def _is_absent(absence: bound.Absence, context: Context) -> list[Sql]:
    """The time has passed, and the next of the pattern comes after it, if at all."""
    due = build.compare(plain(AT), Cmp.LE, context.dialect.instant_literal(due_by(absence.within, context)))
    until = shifted_instant(plain(AT), absence.within, context, until=context.now)
    later = build.compare(plain(NEXT_ABSENT_AT), Cmp.GT, until)
    return [due, build.disjunction([build.is_null(plain(NEXT_ABSENT_AT)), later])]


def _order() -> list[Sql]:
    return [build.ascending(plain(name)) for name in (AT, ID, TYPE)]
