"""Build: the few shapes of SQL expressions that every family of conditions is made of.

Everything is a SQLGlot tree, so nothing is ever spliced into text: SQLGlot quotes names and literals when it
prints. Calls are printed as they are (`exp.Anonymous`): which function means what is our dialect's business,
not a transpiler's.

Trees are used once: SQLGlot nodes know their parent, so whoever needs one twice takes `copy()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlglot import exp

from satsuma.language.bound import Cmp

Sql: TypeAlias = exp.Expr
Make: TypeAlias = Callable[[], exp.Expr]

_FLAT_MAX = 8  # longer chains become balanced trees: engines bound the depth of an expression

_COMPARISONS: dict[Cmp, type[exp.Binary]] = {
    Cmp.EQ: exp.EQ,
    Cmp.GT: exp.GT,
    Cmp.GE: exp.GTE,
    Cmp.LT: exp.LT,
    Cmp.LE: exp.LTE,
}


def column(alias: str, name: str) -> Sql:
    """A column of a row."""
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(alias, quoted=True))


def plain(name: str) -> Sql:
    """A name that stands alone: a variable."""
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def named(expression: Sql, alias: str) -> Sql:
    """An expression under a name of its own, for a SELECT list."""
    return exp.alias_(expression, exp.to_identifier(alias, quoted=True))


def table(name: str, alias: str) -> exp.Table:
    """A stored table under an alias."""
    return exp.Table(
        this=exp.to_identifier(name, quoted=True),
        alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
    )


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """A query as a table under an alias."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def select(*expressions: Sql) -> exp.Select:
    """SELECT these; `from_`, `joins` and `where` are added by what follows."""
    return exp.Select(expressions=list(expressions))


def from_(query: exp.Select, source: Sql, joins: Sequence[exp.Join] = ()) -> exp.Select:
    """Sets FROM and JOIN of a query, in place."""
    query.set("from_", exp.From(this=source))
    query.set("joins", list(joins) or None)
    return query


def filtered(query: exp.Select, conditions: Sequence[Sql]) -> exp.Select:
    """Adds WHERE with all of these, in place; those that are simply true are left out."""
    needed = [condition for condition in conditions if not is_true(condition)]
    if needed:
        query.set("where", exp.Where(this=conjunction(needed)))
    return query


def left_join(source: Sql, on: Sql) -> exp.Join:
    """A LEFT JOIN."""
    return exp.Join(this=source, side="LEFT", on=on)


def inner_join(source: Sql, on: Sql) -> exp.Join:
    """A JOIN."""
    return exp.Join(this=source, on=on)


def call(name: str, *arguments: Sql) -> Sql:
    """A function call, printed as named."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def number(value: int) -> Sql:
    """A whole number."""
    literal = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def string(value: str) -> Sql:
    """A text literal; SQLGlot escapes it when it prints."""
    return exp.Literal.string(value)


def true() -> Sql:
    """TRUE."""
    return exp.true()


def false() -> Sql:
    """FALSE."""
    return exp.false()


def null() -> Sql:
    """NULL."""
    return exp.null()


def is_true(expression: Sql) -> bool:
    """Whether it is the constant TRUE."""
    return isinstance(expression, exp.Boolean) and bool(expression.this)


def is_false(expression: Sql) -> bool:
    """Whether it is the constant FALSE."""
    return isinstance(expression, exp.Boolean) and not expression.this


def compare(left: Sql, op: Cmp, right: Sql) -> Sql:
    """`left op right`."""
    return _COMPARISONS[op](this=left, expression=right)


def plus(left: Sql, right: Sql) -> Sql:
    """`left + right`."""
    return exp.Paren(this=exp.Add(this=left, expression=right))


def minus(left: Sql, right: Sql) -> Sql:
    """`left - right`."""
    return exp.Paren(this=exp.Sub(this=left, expression=right))


def times(left: Sql, right: Sql) -> Sql:
    """`left * right`."""
    return exp.Paren(this=exp.Mul(this=left, expression=right))


def over(left: Sql, right: Sql) -> Sql:
    """`left / right`, for doubles."""
    return exp.Paren(this=exp.Div(this=left, expression=right))


def is_null(expression: Sql) -> Sql:
    """`IS NULL`."""
    return exp.Is(this=expression, expression=exp.null())


def is_present(expression: Sql) -> Sql:
    """`IS NOT NULL`."""
    return exp.Not(this=is_null(expression))


def negation(expression: Sql) -> Sql:
    """The exact complement: what is neither true nor false counts as false before it is turned."""
    if is_true(expression):
        return false()
    if is_false(expression):
        return true()
    if is_two_valued(expression):
        return exp.Not(this=_grouped(expression))
    return exp.Not(this=decided(expression))


def decided(expression: Sql) -> Sql:
    """The expression with null made false."""
    if is_two_valued(expression):
        return expression
    return exp.Coalesce(this=expression, expressions=[exp.false()])


def is_two_valued(expression: Sql) -> bool:
    """Whether it is known never to be null: tests for null, sets of numbers, their junctions."""
    match expression:
        case exp.Boolean() | exp.Is():
            return True
        case exp.Coalesce():
            return True
        case exp.In():
            # Member numbers are never null, and no query that we make a set of yields one.
            return expression.args.get("query") is not None
        case exp.And() | exp.Or():
            return is_two_valued(expression.left) and is_two_valued(expression.right)
        case exp.Paren() | exp.Not():
            return is_two_valued(expression.this)
        case _:
            return False


def conjunction(conditions: Sequence[Sql]) -> Sql:
    """All of them."""
    if any(is_false(condition) for condition in conditions):
        return false()
    needed = [condition for condition in conditions if not is_true(condition)]
    return _junction(needed, lambda left, right: exp.And(this=left, expression=right)) if needed else true()


def disjunction(conditions: Sequence[Sql]) -> Sql:
    """At least one of them."""
    if any(is_true(condition) for condition in conditions):
        return true()
    needed = [condition for condition in conditions if not is_false(condition)]
    return _junction(needed, lambda left, right: exp.Or(this=left, expression=right)) if needed else false()


def _junction(conditions: Sequence[Sql], join: Callable[[Sql, Sql], Sql]) -> Sql:
    if len(conditions) == 1:
        return conditions[0]
    if len(conditions) > _FLAT_MAX:
        middle = len(conditions) // 2
        halves = (_junction(conditions[:middle], join), _junction(conditions[middle:], join))
        return join(exp.Paren(this=halves[0]), exp.Paren(this=halves[1]))
    joined = _grouped(conditions[0])
    for condition in conditions[1:]:
        joined = join(joined, _grouped(condition))
    return joined


def _grouped(expression: Sql) -> Sql:
    """In parentheses where what stands around could otherwise bind tighter."""
    if isinstance(expression, exp.And | exp.Or | exp.Not | exp.Between | exp.Is):
        return exp.Paren(this=expression)
    return expression


def in_set(element: Sql, query: exp.Query) -> Sql:
    """`element IN (query)`; neither side may hold nulls."""
    return exp.In(this=element, query=exp.Subquery(this=query))


def decided_set(membership: Sql) -> Sql:
    """A membership whose element may be null, with null made false."""
    return exp.Coalesce(this=membership, expressions=[exp.false()])


def case(*branches: tuple[Sql, Sql], default: Sql | None = None) -> Sql:
    """CASE WHEN … THEN … [ELSE …] END."""
    return exp.Case(
        ifs=[exp.If(this=when, true=then) for when, then in branches],
        default=default,
    )


def when_present(needed: Sequence[Sql], expression: Sql) -> Sql:
    """The expression, or null where one of the values it is made of is null.

    Engines do not agree on what LEAST and GREATEST of a null are.
    """
    return case((conjunction([is_present(value) for value in needed]), expression))


def union_all(queries: Sequence[exp.Query]) -> exp.Query:
    """All rows of all of them."""
    whole = queries[0]
    for query in queries[1:]:
        whole = exp.Union(this=whole, expression=query, distinct=False)
    return whole


def row_number(partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """`ROW_NUMBER()` over an order."""
    return exp.Window(
        this=call("ROW_NUMBER"),
        partition_by=list(partition) or None,
        order=exp.Order(expressions=list(order)),
    )


def over_preceding(aggregate: Sql, partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """An aggregate over all rows of the partition before this one."""
    return _over(
        aggregate,
        partition,
        order,
        exp.WindowSpec(
            kind="ROWS",
            start="UNBOUNDED",
            start_side="PRECEDING",
            end=exp.Literal.number(1),
            end_side="PRECEDING",
        ),
    )


def over_following(aggregate: Sql, partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """An aggregate over all rows of the partition after this one."""
    return _over(
        aggregate,
        partition,
        order,
        exp.WindowSpec(
            kind="ROWS",
            start=exp.Literal.number(1),
            start_side="FOLLOWING",
            end="UNBOUNDED",
            end_side="FOLLOWING",
        ),
    )


def over_so_far(aggregate: Sql, partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """An aggregate over the rows of the partition up to and with this one."""
    return _over(
        aggregate,
        partition,
        order,
        exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


def next_of(value: Sql, partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """The value in the next row of the partition; null in its last."""
    return _over(call("LEAD", value), partition, order, None)


def _over(aggregate: Sql, partition: Sequence[Sql], order: Sequence[Sql], spec: exp.WindowSpec | None) -> Sql:
    return exp.Window(
        this=aggregate, partition_by=list(partition), order=exp.Order(expressions=list(order)), spec=spec
    )


def ascending(expression: Sql) -> Sql:
    """An order, smallest first; nothing ordered is ever null."""
    return exp.Ordered(this=expression, desc=False, nulls_first=False)


def descending(expression: Sql) -> Sql:
    """An order, largest first."""
    return exp.Ordered(this=expression, desc=True, nulls_first=False)
