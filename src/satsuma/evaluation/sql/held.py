"""Held: since when a condition has been true without a break, from the record's whole history.

Everything that changed about a record makes a row: an observation, an entry into or out of a segment or list,
an entry of the consent ledger; and its coming into being makes one. In the order of time each row carries the
latest of everything, so the condition can be judged on it as on a record. Only the last row of an instant is
a state. The condition has been true since the end of the last state in which it was false.
"""

from __future__ import annotations

from sqlglot import exp

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call, plain
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.history import KEY, PastScope, carried_by, changes, order
from satsuma.evaluation.sql.measures import AT, OWNER
from satsuma.evaluation.sql.memberships import entity_of
from satsuma.evaluation.sql.scope import Scope
from satsuma.evaluation.sql.windows import due_by
from satsuma.language import bound
from satsuma.language.bound import Cmp

UNTIL = "until"
HOLDS = "holds"


def held(condition: bound.Held, record: Scope, context: Context) -> Sql:
    """The condition is true now, and became true at least (or less than) the duration ago."""
    now_true = context.truth(condition.condition, record, context)
    long_enough = record.is_among(_true_since(condition, record, context))
    if condition.at_least:
        return build.conjunction([now_true, long_enough])
    return build.conjunction([now_true, build.negation(long_enough)])


def _true_since(condition: bound.Held, record: Scope, context: Context) -> exp.Select:
    """Records for which the condition has been true since an instant from which the duration has passed."""
    due = context.dialect.instant_literal(due_by(condition.duration, context))
    last_false = build.case((build.negation(plain(HOLDS)), _end_of_state(context)))
    since = exp.Coalesce(this=call("MAX", last_false), expressions=[call("MIN", plain(AT))])
    query = build.from_(
        build.select(plain(OWNER)),
        build.subquery(_states(condition.condition, record, context), context.alias("states")),
    )
    query.set("group", exp.Group(expressions=[plain(OWNER)]))
    query.set("having", exp.Having(this=build.compare(since, Cmp.LE, due)))
    return query


def _end_of_state(context: Context) -> Sql:
    """When a state ended; of the present one, after now, which is never long ago."""
    after = context.dialect.instant_literal(context.now + 1)
    return exp.Coalesce(this=plain(UNTIL), expressions=[after])


def _states(condition: bound.Condition, record: Scope, context: Context) -> exp.Select:
    """A row for each state a record has been in: OWNER, AT, UNTIL (null for the present), and HOLDS."""
    carried = carried_by(condition)
    alias = context.alias("past")
    rows = changes(carried, entity_of(record), context)
    columns = [
        plain(OWNER),
        plain(AT),
        plain(KEY),
        build.named(build.next_of(context.dialect.optional(plain(AT)), [plain(OWNER)], order()), UNTIL),
    ]
    for name in carried.names:
        latest = context.dialect.latest_present(plain(name))
        columns.append(build.named(build.over_so_far(latest, [plain(OWNER)], order()), name))
    past = build.from_(build.select(*columns), build.subquery(rows, context.alias("changes")))
    holds = _judged(condition, PastScope(entity_of(record), alias, carried), context)
    states = build.from_(
        build.select(plain(OWNER), plain(AT), plain(UNTIL), build.named(build.decided(holds), HOLDS)),
        build.subquery(past, alias),
    )
    is_state = build.disjunction(
        [build.is_null(plain(UNTIL)), build.compare(plain(UNTIL), Cmp.GT, plain(AT))]
    )
    return build.filtered(states, [is_state])


def _judged(condition: bound.Condition, past: PastScope, context: Context) -> Sql:
    """The condition on a past state."""
    match condition:
        case bound.All(conditions):
            return build.conjunction([_judged(one, past, context) for one in conditions])
        case bound.AnyOf(conditions):
            return build.disjunction([_judged(one, past, context) for one in conditions])
        case bound.Not(negated):
            return build.negation(_judged(negated, past, context))
        case bound.InSegment() | bound.InList():
            entered = context.dialect.unpacked(past.membership(condition))
            return build.compare(entered, Cmp.GT, build.number(0))
        case bound.Consent(_, state):
            said = context.dialect.unpacked(past.membership(condition))
            if state == "unknown":
                return build.is_null(said)
            return build.compare(said, Cmp.EQ, build.string(state))
        case _:
            return context.truth(condition, past, context)
