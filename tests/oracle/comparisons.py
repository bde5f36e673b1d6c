"""Random comparisons: every operator of every type, with right sides of every kind, on values that occur."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.text import fold, nfc
from satsuma.kernel.windows import Fixed
from satsuma.language import tree
from satsuma.language.binding.operators import OPERATORS, TEXT_TESTS
from satsuma.language.binding.reads import WEEKDAYS
from satsuma.language.tree import Op
from tests.oracle.pools import Draw, Json, Pools, exactly
from tests.oracle.worlds import KEYS

HOPS_MAX = 2
_IDS = ("a7", "b7", "A101", "é105", "😀110", "\uffee115", "a120")
_PATTERNS = (
    "^P", "is$", "^$", ".", "a.b", "(?i)PAR", "[a-z]+", "\\d", "\\pL{3}", "(?s)e.b", "\\bis", "^.{2}$",
    "[^a-z]",
    "(ab|c)+", "\\x{1F600}", "\u03c3$", "ß", "[İI]", "k", "\\\\", "%|_", "^[\\w ]+$", "(?-i)paris", "\\.",
    "é",
)  # fmt: skip
_NUMERIC = (ValueType.INTEGER, ValueType.NUMBER, ValueType.DECIMAL)
_TIMES = (ValueType.DATE, ValueType.TIMESTAMP)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be compared: a path from a subject, and the values that it has.

    Attributes:
        to: Of a reference, the entity that it refers to.
        own: Whether no relationship is crossed.
    """

    path: str
    type: ValueType
    values: tuple[Json, ...]
    to: str | None = None
    own: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What a condition is about: records of an entity, or interactions of some types.

    Attributes:
        owner: The entity, or the audience whose interactions they are.
        types: None for records.
        held: Inside `held`.
    """

    owner: Entity
    types: tuple[InteractionType, ...] | None = None
    held: bool = False

    @property
    def has_clock(self) -> bool:
        """Whether conditions on it may depend on `now`."""
        return self.types is None and not self.held


class Targets:
    """All that can be compared on the subjects of one catalog."""

    def __init__(self, catalog: Catalog, pools: Pools) -> None:
        self.catalog = catalog
        self.pools = pools

    def of(self, subject: Subject) -> list[Target]:
        """What can be compared on a subject; across types, what goes together."""
        if subject.types is None:
            found = list(self._of_owner(subject.owner, 0 if subject.held else HOPS_MAX))
        else:
            found = list(self._of_types(subject.types))
        return found

    def _of_owner(self, owner: Entity | InteractionType, hops: int, before: str = "") -> Iterator[Target]:
        own = not before
        if isinstance(owner, Entity):
            keys = (*KEYS[owner.name], "new one")
            yield Target(f"{before}id", ValueType.REFERENCE, keys, owner.name, own)
        for attribute in owner.attributes.values():
            yield Target(before + attribute.name, attribute.type, self._values(attribute), attribute.to, own)
            if attribute.to is not None and hops:
                yield from self._of_owner(
                    self.catalog.entities[attribute.to], hops - 1, f"{before}{attribute.name}."
                )

    def _values(self, attribute: Attribute) -> tuple[Json, ...]:
        if attribute.to is not None:
            return (*KEYS[attribute.to][:6], "nobody")
        return tuple(self.pools.of(attribute))

    def _of_types(self, types: Sequence[InteractionType]) -> Iterator[Target]:
        yield Target("id", ValueType.TEXT, _IDS)
        yield Target("occurred_at", ValueType.TIMESTAMP, tuple(self.pools.days))
        yield Target("hour", ValueType.INTEGER, tuple(range(24)))
        yield Target("weekday", ValueType.CHOICE, WEEKDAYS)
        found: dict[str, list[Target]] = {}
        for of_type in types:
            for target in self._of_owner(of_type, 1):
                found.setdefault(target.path, []).append(target)
        for same in found.values():
            one = _joined(same)
            if one is not None:
                yield one


def _joined(same: Sequence[Target]) -> Target | None:
    """One target for an attribute of several types; None where they do not go together."""
    first = same[0]
    types, values = {one.type for one in same}, tuple(value for one in same for value in one.values)
    if len(types) == 1 and len({one.to for one in same}) == 1:
        return Target(first.path, first.type, values, first.to, first.own)
    if types <= set(_NUMERIC):
        common = ValueType.NUMBER if ValueType.NUMBER in types else ValueType.DECIMAL
        return Target(first.path, common, values, None, first.own)
    return None


class Comparisons:
    """Draws comparisons, and notes which operator of which type each is."""

    def __init__(self, draw: Draw, pools: Pools, targets: Targets, note: Callable[[str], None]) -> None:
        self.draw = draw
        self.pools = pools
        self.targets = targets
        self.note = note
        self._drawn: Counter[tuple[ValueType, Op]] = Counter()

    def compare(self, subject: Subject) -> tree.Condition:
        """A comparison on a subject: rather with an operator, and of a type, that did not come yet."""
        draw = self.draw
        targets = self.targets.of(subject)
        own = [one for one in targets if one.own]
        if own and draw.chance(0.65):
            targets = own
        by_type: dict[ValueType, list[Target]] = {}
        for target in targets:
            by_type.setdefault(target.type, []).append(target)
        pairs = [
            (of, op) for of in by_type for op in OPERATORS[of] if subject.has_clock or op is not Op.MORE_THAN
        ]
        # `more_than` moves with the clock, so it has fewer places to stand in than the others.
        weights = [(4 if pair[1] is Op.MORE_THAN else 1) / (1 + 4 * self._drawn[pair]) ** 2 for pair in pairs]
        [(of, op)] = draw.choices(pairs, weights)
        self._drawn[of, op] += 1
        target = draw.choice(by_type[of])
        self.note(f"{op.value} of {of.value}")
        exact = of is ValueType.TEXT and draw.chance(0.3)
        return tree.Compare(target.path, op, self.value(op, target, subject), exact)

    def value(self, op: Op, target: Target, subject: Subject) -> tree.Value:
        """A right side for an operator."""
        draw = self.draw
        match op:
            case Op.IS_MISSING | Op.IS_PRESENT:
                return None
            case Op.IN | Op.NOT_IN | Op.HAS_ANY | Op.HAS_NONE:
                return tree.Several(self._several(target, 1, 3))
            case Op.HAS_ALL:
                return tree.Several(self._several(target, 1, 2))
            case Op.IS if target.type is ValueType.CHOICES:
                whole = draw.choice(target.values)
                return tree.Several(tuple(whole) if isinstance(whole, list) else (str(whole),))
            case Op.BETWEEN | Op.NOT_BETWEEN:
                return self._between(target, subject)
            case Op.WITHIN:
                window = self.pools.window()
                while not (subject.has_clock or isinstance(window, Fixed)):
                    window = self.pools.window() if draw.chance(0.7) else Fixed(self.pools.moment(), None)
                return window if target.type is ValueType.TIMESTAMP else self._whole_days(window)
            case Op.MORE_THAN:
                timestamps = target.type is ValueType.TIMESTAMP
                duration = self.pools.duration() if timestamps else self.pools.day_duration()
                return tree.MoreThan(draw.choice(("ago", "ahead")), duration)
            case Op.ANNIVERSARY:
                return self._anniversary(subject)
            case Op.WITHIN_KM:
                return self._circle(target)
            case Op.LIKE | Op.NOT_LIKE:
                return tree.Literal(self._like(target))
            case Op.MATCHES | Op.NOT_MATCHES:
                return tree.Literal(self._pattern(target))
            case _ if op in TEXT_TESTS or op.value.startswith("not_"):
                return self._other(target, subject) or tree.Literal(self._part(target))
            case _:
                return self.operand(target, subject)

    def operand(self, target: Target, subject: Subject) -> tree.Operand:
        """What a value is compared with: mostly a literal, of the values that occur."""
        draw = self.draw
        if target.type in _TIMES and subject.has_clock and draw.chance(0.25):
            return self._clock()
        return self._other(target, subject) or tree.Literal(self.literal(target))

    def literal(self, target: Target) -> tree.Scalar:
        """A value that occurs, or one near it, as a definition writes it."""
        draw = self.draw
        value = draw.choice(target.values) if target.values else "nothing"
        match target.type:
            case ValueType.INTEGER | ValueType.NUMBER | ValueType.DECIMAL:
                return self._number(exactly(value), target.type)
            case ValueType.DATE | ValueType.TIMESTAMP:
                return self.pools.moment() if draw.chance(0.3) else str(value)
            case ValueType.CHOICES:
                return draw.choice(value) if isinstance(value, list) else str(value)
            case ValueType.BOOLEAN:
                return bool(value)
            case ValueType.TEXT:
                return self._otherwise(str(value))
            case _:
                return str(value)

    def _number(self, value: int | Decimal, of: ValueType) -> int | Decimal:
        nearby: list[int | Decimal] = [value, value, value]
        if abs(value) < 10**13 and (isinstance(value, int) or value.as_tuple().exponent > -12):  # type: ignore[operator]
            nearby += [value + 1, value + Decimal("0.0001"), -value, value * 2]
        found = self.draw.choice(nearby)
        if of is ValueType.INTEGER and found > 2**63 - 1:
            return value
        return found

    def _otherwise(self, text: str) -> str:
        """The same text, or written in another case or form, or another text."""
        if self.draw.chance(0.15):
            return self.pools.text()
        ways = (text, text, fold(text), text.upper(), text.swapcase(), nfc(text), text.lower())
        return self.draw.choice(ways) or text

    def _several(self, target: Target, low: int, high: int) -> tuple[tree.Scalar, ...]:
        return tuple(self.literal(target) for _ in range(self.draw.randint(low, high)))

    def _between(self, target: Target, subject: Subject) -> tree.Range:
        ends = [self.operand(target, subject) for _ in range(2)]
        literals = [end.value for end in ends if isinstance(end, tree.Literal)]
        if len(literals) == 2 and self.draw.chance(0.85):
            # Literals of different kinds, such as a date and a text, have no order.
            with suppress(TypeError):
                ends.sort(key=lambda end: getattr(end, "value", 0))
        return tree.Range(*ends)

    def _whole_days(self, window: object) -> tree.Value:
        """The window, or where its durations are finer than days, another."""
        for _ in range(20):
            durations = [
                part for part in (getattr(window, name, None) for name in ("duration", "farther", "nearer"))
                if isinstance(part, Duration)
            ]  # fmt: skip
            if all(duration.is_whole_days for duration in durations):
                break
            window = self.draw.choice(self.pools.windows)
        return window  # type: ignore[return-value]

    def _clock(self) -> tree.Operand:
        draw = self.draw
        if draw.chance(0.5):
            return tree.NowValue(draw.maybe(self._shift(days=False)))
        return tree.TodayValue(draw.maybe(self._shift(days=True)))

    def _shift(self, *, days: bool) -> Duration:
        duration = self.pools.day_duration() if days else self.pools.duration()
        return -duration if self.draw.chance(0.6) else duration

    def _other(self, target: Target, subject: Subject) -> tree.Operand | None:
        """Now and then another attribute, of the subject or of the member, perhaps with something added."""
        draw = self.draw
        if not draw.chance(0.25):
            return None
        of_member = subject.types is not None and draw.chance(0.5)
        there = Subject(subject.owner) if of_member else subject
        fitting = [
            one for one in self.targets.of(there) if _compares(target, one) and one.path != target.path
        ]
        if not fitting:
            return None
        own = [one for one in fitting if one.own]
        other = draw.choice(own if own and draw.chance(0.7) else fitting)
        plus: tree.Number | Duration | None = None
        if draw.chance(0.4):
            if other.type in _NUMERIC:
                plus = draw.choice((1, -1, 3, Decimal("0.5"), Decimal("-0.0001"), Decimal("10.25")))
            elif other.type in _TIMES:
                plus = self._shift(days=other.type is ValueType.DATE)
        return (tree.MemberValue if of_member else tree.AttributeValue)(other.path, plus)

    def _anniversary(self, subject: Subject) -> tree.Anniversary:
        draw = self.draw
        day = dt_of(draw.choice(self.pools.days))
        fixed = (
            tree.Anniversary(month=day[0]),
            tree.Anniversary(month=day[0], day=day[1]),
        )
        if not subject.has_clock:
            return fixed[0] if day in ((2, 28), (2, 29)) else draw.choice(fixed)
        spans = (Duration(draw.choice((1, 3, 7, 30, 366)), Unit.DAYS), Duration(2, Unit.WEEKS))
        moving = (
            tree.Anniversary(today=True),
            tree.Anniversary(next=draw.choice(spans)),
            tree.Anniversary(last=draw.choice(spans)),
            tree.Anniversary(weekday=draw.choice(WEEKDAYS)),
            tree.Anniversary(month=2, day=draw.choice((28, 29))),
        )
        return draw.choice((*fixed, *moving))

    def _circle(self, target: Target) -> tree.Circle:
        place = self.draw.choice(target.values)
        if not isinstance(place, dict):
            raise TypeError(f"{place!r} is no place")
        km = self.draw.choice((1, Decimal("0.001"), Decimal("0.677"), 25, 500, 6000, 10_007, 20_015, 20_100))
        return tree.Circle(km, Decimal(str(place["latitude"])), Decimal(str(place["longitude"])))

    def _part(self, target: Target) -> str:
        """A piece of a text that occurs."""
        text = str(self.draw.choice(target.values))
        start = self.draw.randrange(len(text))
        piece = self.draw.choice((text[:3], text[-3:], text[start : start + 2], text, "a"))
        return self._otherwise(piece) or "a"

    def _like(self, target: Target) -> str:
        draw = self.draw
        text = str(draw.choice(target.values))[:40]
        escaped = re.sub(r"([\\%_])", r"\\\1", text)
        start = re.sub(r"([\\%_])", r"\\\1", text[:2])
        ways = (
            escaped,
            f"{start}%",
            f"%{escaped}",
            f"%{escaped}%",
            "_" * len(text),
            "%_%",
            f"{escaped}_",
            "%",
            "_%a",
        )
        return self._otherwise(draw.choice(ways)) if draw.chance(0.3) else draw.choice(ways)

    def _pattern(self, target: Target) -> str:
        draw = self.draw
        text = str(draw.choice(target.values))[:20]
        return draw.choice((draw.choice(_PATTERNS), _escaped(text)))


def _compares(left: Target, right: Target) -> bool:
    for kinds in (_NUMERIC, _TIMES):
        if left.type in kinds:
            return right.type in kinds
    if left.type in (ValueType.CHOICES, ValueType.LOCATION):
        return False
    return left.type is right.type and left.to == right.to


def dt_of(day: str) -> tuple[int, int]:
    """Month and day of a date as written."""
    _, month, of_month = day.split("-")
    return int(month), int(of_month)


def _escaped(text: str) -> str:
    """A pattern that fits the text alone: ASCII signs behind a backslash, the rest as it is."""
    return "".join(
        f"\\{one}" if one.isascii() and not one.isalnum() and one.isprintable() else one for one in text
    )
