"""Operands: what an attribute or a measure is compared with, checked to go with it."""

from __future__ import annotations

from decimal import Decimal

from satsuma.catalog.model import ValueType
from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.windows import Before, BetweenAgo, Fixed, Last, Next, Window, bounds
from satsuma.language import bound, tree
from satsuma.language.binding.context import Context, Subject, refuse_clock
from satsuma.language.binding.literals import constant, number_fault
from satsuma.language.binding.reads import Domain, Typed, read, read_member
from satsuma.language.problems import shown, within


def operand(
    ctx: Context, subject: Subject, written: tree.Operand, domain: Domain, path: str
) -> bound.Operand | None:
    """What stands on the right, checked to compare with a domain; None where a problem was noted.

    Args:
        subject: What `{"attribute": ...}` is read of.
        path: Where the operand stands in the definition.
    """
    match written:
        case tree.Literal(value):
            return constant(ctx, value, domain, path)
        case tree.AttributeValue(name, plus):
            other = read(ctx, subject, name, within(path, "attribute"))
            return _shifted(ctx, other, plus, domain, path, of_member=False)
        case tree.MemberValue(name, plus):
            other = read_member(ctx, subject, name, within(path, "member"))
            return _shifted(ctx, other, plus, domain, path, of_member=True)
        case tree.NowValue(plus):
            if not _is_moment(ctx, subject, domain, path, "now"):
                return None
            return bound.Now(plus)
        case tree.TodayValue(plus):
            if not _is_moment(ctx, subject, domain, path, "today"):
                return None
            if plus is not None and not whole_days(ctx, plus, within(path, "plus"), "added to a date"):
                return None
            return bound.Today(plus)


def _is_moment(ctx: Context, subject: Subject, domain: Domain, path: str, word: str) -> bool:
    if refuse_clock(ctx, subject, path, f"`{word}`"):
        return False
    if domain.type.is_time:
        return True
    message = f"found `{word}`, and {domain.what} is of type {domain.type.value}"
    ctx.error("type.value", path, message)
    return False


def _shifted(
    ctx: Context,
    other: Typed | None,
    plus: tree.Number | Duration | None,
    domain: Domain,
    path: str,
    *,
    of_member: bool,
) -> bound.Shifted | None:
    if other is None:
        return None
    theirs = other.domain
    if not _comparable(domain, theirs):
        left, right = (_described(side) for side in (domain, theirs))
        ctx.error("type.value", path, f"found {right}, which does not compare with {left}")
        return None
    if plus is not None and not _can_be_added(ctx, plus, theirs, within(path, "plus")):
        return None
    if isinstance(plus, Decimal) and plus == plus.to_integral_value() and plus.adjusted() < 18:
        plus = int(plus)
    return bound.Shifted(other.read, of_member, plus)


def _described(domain: Domain) -> str:
    to = f" to {domain.to}" if domain.to else ""
    return f"{domain.what} of type {domain.type.value}{to}"


def _comparable(left: Domain, right: Domain) -> bool:
    if left.type.is_numeric:
        return right.type.is_numeric
    if left.type.is_time:
        return right.type.is_time
    if left.type in (ValueType.CHOICES, ValueType.LOCATION):
        return False
    return left.type is right.type and (left.to == right.to or None in (left.to, right.to))


def _can_be_added(ctx: Context, plus: tree.Number | Duration, domain: Domain, path: str) -> bool:
    if isinstance(plus, Duration):
        if domain.type is ValueType.DATE:
            return whole_days(ctx, plus, path, "added to a date")
        if domain.type is ValueType.TIMESTAMP:
            return True
        ctx.error("type.value", path, f"found a duration, and {_described(domain)}; expected a number")
        return False
    if not domain.type.is_numeric:
        expected = "a duration" if domain.type.is_time else "nothing"
        ctx.error(
            "type.value", path, f"found {shown(plus)} added to {_described(domain)}; expected {expected}"
        )
        return False
    fault = number_fault(plus, domain if domain.type is ValueType.NUMBER else _EXACT)
    if fault is not None:
        ctx.error("type.range", path, f"found {shown(plus)}, expected {fault}")
    return fault is None


_EXACT = Domain(ValueType.DECIMAL, "")


def whole_days(ctx: Context, duration: Duration, path: str, use: str) -> bool:
    """Whether a duration is of days or longer, as dates need; the problem is noted where it is not."""
    if not duration.is_whole_days:
        ctx.error("value.duration", path, f"found {duration} {use}, expected days or longer units")
    return duration.is_whole_days


def positive(ctx: Context, duration: Duration, path: str) -> bool:
    """Whether a duration is longer than nothing; the problem is noted where it is not."""
    if duration.n <= 0:
        ctx.error("value.duration", path, f"found {duration}, expected a duration of at least one")
    return duration.n > 0


def window(
    ctx: Context, written: Window, path: str, *, for_dates: bool = False, subject: Subject | None = None
) -> Window | None:
    """A window, checked; None where a problem was noted.

    Args:
        for_dates: Only days and longer units.
        subject: Where given, what it is a condition on: some refuse windows that move with the clock.
    """
    what = "a window that moves with the clock"
    if subject is not None and not isinstance(written, Fixed) and refuse_clock(ctx, subject, path, what):
        return None
    for key, duration in _durations(written):
        at = f"{path}.{key}"
        if not positive(ctx, duration, at):
            return None
        if for_dates and not whole_days(ctx, duration, at, "for a date"):
            return None
    if isinstance(written, Fixed):
        try:
            bounds(written, 0, ctx.zone)
        except UsageError as error:
            ctx.error("value.window", path, error.message, error.hint)
            return None
    return written


def _durations(written: Window) -> tuple[tuple[str, Duration], ...]:
    match written:
        case Last(duration):
            return (("last", duration),)
        case Before(duration):
            return (("before", duration),)
        case Next(duration):
            return (("next", duration),)
        case BetweenAgo(farther, nearer):
            return (("between_ago[0]", farther), ("between_ago[1]", nearer))
        case _:
            return ()
