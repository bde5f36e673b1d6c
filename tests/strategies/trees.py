"""Random conditions as written, without a catalog: every form, operator, measure and window, any names.

`conditions()` gives trees that JSON can be read as, so values have the shapes that their operators take; what
they mean is another matter: attributes do not exist and types do not fit. `set_conditions()` gives those that
compound segments have.
"""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window
from satsuma.language import tree
from satsuma.language.text.words import RESERVED
from satsuma.language.tree import Op

WORDS = (
    *RESERVED,
    *("In", "case", "count", "day", "exact", "granted", "km", "last", "list", "may", "month", "the", "times"),
    *("attribute", "member", "now", "today", "true"),
)
"""Words of the text form, reserved or not, as names."""

_letters = string.ascii_letters + "_é日ß" + string.digits
_plain = st.text(_letters, min_size=1, max_size=8)
_any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def names() -> SearchStrategy[str]:
    """Any names: plain, dotted, reserved words, with quotes, blanks, emoji, control characters."""
    return st.one_of(
        _plain,
        st.sampled_from(WORDS),
        st.lists(st.one_of(_plain, st.sampled_from(WORDS)), min_size=2, max_size=3).map(".".join),
        st.sampled_from(
            (
                'say "hi"',
                "back\\slash",
                "😀 smile",
                "a.",
                ".b",
                "a..b",
                "2fa",
                "x-y",
                " ",
                "#1",
                "%",
                "i\u017f",
                "$",
            )
        ),
        _any_text,
    )


def texts() -> SearchStrategy[str]:
    """Any text values, empty ones too."""
    return st.one_of(st.just(""), names())


def numbers() -> SearchStrategy[tree.Number]:
    """Whole numbers and decimals, some of them large, small, negative, or with an exponent."""
    return st.one_of(
        st.integers(-100, 1_000),
        st.integers(-(10**30), 10**30),
        st.decimals(-1_000, 1_000, places=2),
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
        st.sampled_from((Decimal("0.0"), Decimal("-0"), Decimal("1E+20"), Decimal("5E-7"), Decimal(7))),
    )


def scalars() -> SearchStrategy[tree.Scalar]:
    """Literals of every kind."""
    return st.one_of(texts(), numbers(), st.booleans())


def durations() -> SearchStrategy[Duration]:
    """Positive durations of every unit."""
    return st.builds(Duration, st.one_of(st.integers(1, 3), st.integers(1, 900)), st.sampled_from(Unit))


def _signed_durations() -> SearchStrategy[Duration]:
    return st.builds(Duration, st.integers(-900, 900), st.sampled_from(Unit))


def moments() -> SearchStrategy[str]:
    """Dates and instants as they are written."""
    days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)).map(dt.date.isoformat)
    clocks = st.builds("{:02}:{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
    offsets = st.sampled_from(("", "Z", "+02:00"))
    return st.one_of(days, st.builds("{}T{}{}".format, days, clocks, offsets))


def windows() -> SearchStrategy[Window]:
    """Windows of every kind."""
    return st.one_of(
        st.builds(Last, durations()),
        st.builds(Before, durations()),
        st.builds(BetweenAgo, durations(), durations()),
        st.builds(Next, durations()),
        st.builds(Fixed, moments(), moments()),
        st.builds(Fixed, moments(), st.none()),
        st.builds(Fixed, st.none(), moments()),
        st.builds(Calendar, st.sampled_from(Period), st.one_of(st.integers(-1, 1), st.integers(-40, 40))),
    )


def operands() -> SearchStrategy[tree.Operand]:
    """Right sides of every kind."""
    plus = st.one_of(st.none(), numbers(), _signed_durations())
    later = st.one_of(st.none(), _signed_durations())
    return st.one_of(
        st.builds(tree.Literal, scalars()),
        st.builds(tree.AttributeValue, names(), plus),
        st.builds(tree.MemberValue, names(), plus),
        st.builds(tree.NowValue, later),
        st.builds(tree.TodayValue, later),
    )


def anniversaries() -> SearchStrategy[tree.Anniversary]:
    """Anniversaries of every kind, impossible days included."""
    return st.one_of(
        st.just(tree.Anniversary(today=True)),
        st.builds(tree.Anniversary, next=durations()),
        st.builds(tree.Anniversary, last=durations()),
        st.builds(tree.Anniversary, month=st.integers(0, 13)),
        st.builds(tree.Anniversary, month=st.integers(0, 13), day=st.integers(0, 32)),
        st.builds(tree.Anniversary, weekday=st.sampled_from(("monday", "sunday", "Monday", "someday"))),
    )


def _several() -> SearchStrategy[tree.Several]:
    return st.lists(scalars(), min_size=1, max_size=4).map(lambda values: tree.Several(tuple(values)))


def _ranges() -> SearchStrategy[tree.Range]:
    return st.builds(tree.Range, operands(), operands())


VALUES: dict[Op, Callable[[], SearchStrategy[Any]]] = {
    **dict.fromkeys(Op, operands),
    Op.IS_MISSING: st.none,
    Op.IS_PRESENT: st.none,
    Op.IS: lambda: st.one_of(operands(), _several()),
    **dict.fromkeys((Op.IN, Op.NOT_IN, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE), _several),
    Op.BETWEEN: _ranges,
    Op.NOT_BETWEEN: _ranges,
    Op.WITHIN: windows,
    Op.MORE_THAN: lambda: st.builds(tree.MoreThan, st.sampled_from(("ago", "ahead")), durations()),
    Op.ANNIVERSARY: anniversaries,
    Op.WITHIN_KM: lambda: st.builds(tree.Circle, numbers(), numbers(), numbers()),
}
"""Operator → the values that it takes."""


def comparisons() -> SearchStrategy[tree.Compare]:
    """Comparisons with every operator."""
    rarely = st.sampled_from((False, False, True))
    by_op = [st.builds(tree.Compare, names(), st.just(op), values(), rarely) for op, values in VALUES.items()]
    return st.one_of(by_op)


def tests() -> SearchStrategy[tree.Test]:
    """Tests of measures: mostly against small whole numbers."""
    signs = st.sampled_from((Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE))
    few = st.integers(0, 5).map(tree.Literal)
    return st.one_of(
        st.builds(tree.Test, signs, few),
        st.builds(tree.Test, st.just(Op.BETWEEN), st.builds(tree.Range, few, few)),
        st.builds(tree.Test, signs, operands()),
        st.builds(tree.Test, st.just(Op.BETWEEN), _ranges()),
        st.builds(tree.Test, st.just(Op.WITHIN), windows()),
    )


def measures() -> SearchStrategy[tree.Measure]:
    """Measures of every kind."""
    count = st.one_of(st.just(tree.AT_LEAST_ONE), tests())
    return st.one_of(
        st.just(tree.Count()),
        st.builds(tree.CountDistinct, names()),
        st.just(tree.CountDays()),
        st.builds(tree.Aggregate, st.sampled_from(tree.Fold), names()),
        st.just(tree.FirstTime()),
        st.just(tree.LatestTime()),
        st.builds(tree.ActivePeriods, durations(), st.integers(-1, 400), count),
    )


def types() -> SearchStrategy[tree.Types]:
    """One or several interaction types, names and patterns."""
    patterns = st.sampled_from(("page_*", "*", "a*b.*", "star\\*", "in*", "2*", "x *"))
    return st.lists(st.one_of(names(), patterns), min_size=1, max_size=3).map(
        lambda found: tree.Types(tuple(found))
    )


def _maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def refs() -> SearchStrategy[tree.Ref]:
    """Segments and lists by name, or by identifier."""
    return st.one_of(names(), names(), st.builds(tree.RefId, st.integers(1, 10**6)))


def _leaves() -> SearchStrategy[tree.Condition]:
    return st.one_of(
        st.just(tree.EVERYONE),
        st.just(tree.NO_ONE),
        comparisons(),
        comparisons(),
        st.builds(tree.InSegment, refs()),
        st.builds(tree.InList, refs()),
        st.builds(tree.Crossed, st.sampled_from(("entered", "left")), refs(), _maybe(windows())),
        st.builds(tree.Consent, names(), st.sampled_from(("granted", "denied", "unknown"))),
        st.builds(tree.Sample, numbers(), st.one_of(st.just(0), numbers()), names()),
    )


def _top(inner: SearchStrategy[tree.Condition]) -> SearchStrategy[tree.Top]:
    rest = {
        "types": _maybe(types()),
        "where": _maybe(inner),
        "during": _maybe(windows()),
        "among": _maybe(inner),
        "lowest": st.booleans(),
    }
    sizes: list[dict[str, SearchStrategy[Any]]] = [{"percent": numbers()}, {"count": st.integers(0, 1_000)}]
    orders: list[dict[str, SearchStrategy[Any]]] = [{"measure": measures()}, {"attribute": names()}]
    return st.one_of([st.builds(tree.Top, **size, **order, **rest) for size in sizes for order in orders])


def _sequences(inner: SearchStrategy[tree.Condition]) -> SearchStrategy[tree.Sequence]:
    first = st.builds(tree.Step, types(), _maybe(inner))
    blocker = st.builds(tree.Blocker, types(), _maybe(inner))
    later = st.builds(tree.Step, types(), _maybe(inner), _maybe(durations()), _maybe(blocker))
    absence = st.builds(tree.Absence, types(), durations(), _maybe(inner))

    def made(start: tree.Step, more: list[tree.Step], *rest: Any) -> tree.Sequence:
        return tree.Sequence((start, *more), *rest)

    same = st.lists(names(), max_size=2).map(tuple)
    return st.builds(made, first, st.lists(later, max_size=2), _maybe(absence), _maybe(windows()), same)


def _around(inner: SearchStrategy[tree.Condition]) -> SearchStrategy[tree.Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    default = st.one_of(st.just(tree.AT_LEAST_ONE), tests())
    which = st.sampled_from(("latest", "first"))
    return st.one_of(
        st.builds(tree.All, several),
        st.builds(tree.AnyOf, several),
        st.builds(tree.Not, inner),
        st.builds(tree.Held, inner, st.sampled_from((">=", "<")), durations()),
        st.builds(tree.Related, names(), inner, st.one_of(st.just(tree.Count()), measures()), default),
        _deeds(inner),
        st.builds(
            tree.Did,
            types(),
            _maybe(inner),
            _maybe(windows()),
            _maybe(names()),
            st.one_of(st.just(tree.Count()), measures()),
            default,
        ),
        st.builds(tree.Occurrence, which, types(), inner, _maybe(inner), _maybe(windows())),
        _sequences(inner),
        _top(inner),
    )


def _deeds(inner: SearchStrategy[tree.Condition]) -> SearchStrategy[tree.Did]:
    """How often, on how many days, in how many periods: what people ask most."""
    few = st.integers(0, 5).map(tree.Literal)
    quantity = st.builds(tree.Test, st.sampled_from((Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE)), few)
    count = st.one_of(st.just(tree.AT_LEAST_ONE), quantity)
    rhythm = st.one_of(
        st.just(tree.Count()),
        st.just(tree.CountDays()),
        st.builds(tree.ActivePeriods, durations(), st.integers(1, 366), count),
    )
    return st.builds(tree.Did, types(), _maybe(inner), _maybe(windows()), _maybe(names()), rhythm, quantity)


def conditions(max_leaves: int = 8) -> SearchStrategy[tree.Condition]:
    """Conditions of every form, nested."""
    return st.recursive(_leaves(), _around, max_leaves=max_leaves)


def set_conditions(max_leaves: int = 8) -> SearchStrategy[tree.Condition]:
    """Conditions on segments alone, as compound segments have: all, any, not, segment."""
    leaves = st.one_of(st.builds(tree.InSegment, refs()), st.just(tree.EVERYONE), st.just(tree.NO_ONE))

    def around(inner: SearchStrategy[tree.Condition]) -> SearchStrategy[tree.Condition]:
        several = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(
            st.builds(tree.All, several), st.builds(tree.AnyOf, several), st.builds(tree.Not, inner)
        )

    return st.recursive(leaves, around, max_leaves=max_leaves)
