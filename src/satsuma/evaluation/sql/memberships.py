"""Memberships: segments, lists, entering and leaving, and consent, from the record's tables of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from satsuma.catalog.model import Entity
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.scope import Scope
from satsuma.evaluation.sql.windows import happened, in_interval
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Cmp


def in_segment(condition: bound.InSegment, record: Scope, context: Context) -> Sql:
    """Member of that live segment, overrides included."""
    return _in_table("segment_members", "segment", condition.segment, record, context)


def in_list(condition: bound.InList, record: Scope, context: Context) -> Sql:
    """On that list."""
    return _in_table("list_members", "list", condition.list, record, context)


def _in_table(table: str, column: str, number: int, record: Scope, context: Context) -> Sql:
    alias = context.alias(table)
    wanted = build.compare(build.column(alias, column), Cmp.EQ, build.number(number))
    return record.is_among(_members(table, alias, [wanted]))


def crossed(condition: bound.Crossed, record: Scope, context: Context) -> Sql:
    """It entered (left) the segment, on balance, in a version whose instant lies in the window."""
    window = happened(condition.during, context)
    if window.is_empty:
        return build.false()
    alias = context.alias("membership_changes")
    changes = _members(
        "membership_changes",
        alias,
        [
            build.compare(build.column(alias, "segment"), Cmp.EQ, build.number(condition.segment)),
            in_interval(lambda: build.column(alias, "at"), window, context),
        ],
    )
    changes.set(
        "group", exp.Group(expressions=[build.column(alias, "member"), build.column(alias, "version")])
    )
    balance = call("SUM", build.column(alias, "sign"))
    op = Cmp.GT if condition.entered else Cmp.LT
    changes.set("having", exp.Having(this=build.compare(balance, op, build.number(0))))
    return record.is_among(changes)


def consent(condition: bound.Consent, record: Scope, context: Context) -> Sql:
    """The latest ledger entry of the topic by now says so; of one instant, a denial.

    So the state is granted if the last grant is later than every denial, and denied if there is a denial and
    no later grant.
    """
    alias = context.alias("consent_ledger")
    entries = _members("consent_ledger", alias, consent_entries(condition, entity_of(record), alias, context))
    if condition.state == "unknown":
        return build.negation(record.is_among(entries))

    def last(state: str) -> Sql:
        is_state = build.compare(build.column(alias, "state"), Cmp.EQ, build.string(state))
        return context.dialect.when_aggregate("MAX", build.column(alias, "at"), is_state)

    grant_is_last = build.disjunction(
        [build.compare(last("granted"), Cmp.GT, last("denied")), build.is_null(last("denied"))]
    )
    wanted = grant_is_last if condition.state == "granted" else build.negation(grant_is_last)
    entries.set("group", exp.Group(expressions=[build.column(alias, "member")]))
    entries.set("having", exp.Having(this=wanted))
    return record.is_among(entries)


def consent_entries(condition: bound.Consent, audience: Entity, alias: str, context: Context) -> list[Sql]:
    """Which rows of the ledger tell of the topic, up to now."""
    return [
        build.compare(build.column(alias, "audience"), Cmp.EQ, build.number(audience.number)),
        build.compare(build.column(alias, "topic"), Cmp.EQ, build.string(condition.topic)),
        build.compare(build.column(alias, "at"), Cmp.LE, context.dialect.instant_literal(context.now)),
    ]


def entity_of(record: Scope) -> Entity:
    """What a record is a record of."""
    if not isinstance(record.subject, Entity):
        raise InvariantError("interactions have no memberships; found one as the subject")
    return record.subject


def _members(table: str, alias: str, conditions: Sequence[Sql]) -> exp.Select:
    query = build.from_(build.select(build.column(alias, "member")), build.table(table, alias))
    return build.filtered(query, conditions)
