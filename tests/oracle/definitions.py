"""Random definitions of a world: every form, drawn from its catalog so that most of them bind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from satsuma.catalog.model import Catalog, Entity, InteractionType, ValueType
from satsuma.kernel.text import fold
from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.tree import Op
from tests.oracle.comparisons import Comparisons, Subject, Target, Targets
from tests.oracle.pools import ZONES, Draw, Pools, exactly
from tests.oracle.worlds import LISTS, SEGMENTS, TOPICS

Make = Callable[[Subject, int], tree.Condition]
_ORDERED = (
    ValueType.INTEGER, ValueType.NUMBER, ValueType.DECIMAL, ValueType.DATE, ValueType.TIMESTAMP,
)  # fmt: skip
_NUMERIC = _ORDERED[:3]
_SCALAR = (*_ORDERED, ValueType.TEXT, ValueType.BOOLEAN, ValueType.CHOICE, ValueType.REFERENCE)
_SIGNS = (Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A definition, and the forms noted in drawing it (`tally` finds the others in its trees)."""

    source: tree.Source
    noted: frozenset[str]


class Definitions:
    """Draws definitions of one world."""

    def __init__(self, draw: Draw, pools: Pools, catalog: Catalog) -> None:
        self.draw = draw
        self.pools = pools
        self.catalog = catalog
        self.targets = Targets(catalog, pools)
        self.noted: set[str] = set()
        self.compared = Comparisons(draw, pools, self.targets, self.note)

    def note(self, form: str) -> None:
        """Counts a form that its tree alone does not tell."""
        self.noted.add(form)

    def definition(self) -> Drawn:
        """The next definition."""
        self.noted = set()
        draw = self.draw
        audience = self.catalog.entities["partner" if draw.chance(0.08) else "contact"]
        where = self.condition(Subject(audience), draw.choice((1, 1, 2)))
        timezone = draw.choice(ZONES) if draw.chance(0.3) else None
        return Drawn(tree.Source(where, audience=audience.name, timezone=timezone), frozenset(self.noted))

    def condition(self, subject: Subject, depth: int) -> tree.Condition:
        """A condition on records of an entity; `depth` is how many more may stand inside one another."""
        forms: list[tuple[int, Make]] = [(26, self._compare)]
        if depth:
            forms += [(16, self._joined), (4, self._not), (10, self._related)]
        if subject.owner.audience:
            forms += [
                (18, self._did), (3, self._in_segment), (3, self._in_list), (5, self._crossed),
                (4, self._consent),
                (3, self._sample),
            ]  # fmt: skip
            if depth:
                forms += [
                    (5, self._did_of), (6, self._occurrence), (12, self._sequence), (9, self._held),
                    (9, self._top),
                ]  # fmt: skip
        return self._one_of(forms)(subject, depth)

    def inside(self, subject: Subject, depth: int) -> tree.Condition:
        """A condition on interactions, or inside `held`: comparisons and what joins them."""
        forms: list[tuple[int, Make]] = [(5, self._compare)]
        if depth:
            forms += [(2, self._joined_inside)]
        if subject.held:
            forms += [(1, self._in_segment), (1, self._in_list), (1, self._consent)]
        return self._one_of(forms)(subject, depth)

    def _one_of(self, forms: list[tuple[int, Make]]) -> Make:
        weights, made = [weight for weight, _ in forms], [make for _, make in forms]
        return self.draw.choices(made, weights)[0]

    def _compare(self, subject: Subject, _depth: int) -> tree.Condition:
        """One comparison, or a few: there are many operators, and each must come often enough."""
        if self.draw.chance(0.5):
            return self.compared.compare(subject)
        return self._join([self.compared.compare(subject) for _ in range(self.draw.choice((2, 3, 3)))])

    def _joined(self, subject: Subject, depth: int) -> tree.Condition:
        parts = [self.condition(subject, depth - 1) for _ in range(self._few())]
        return self._join(parts)

    def _joined_inside(self, subject: Subject, depth: int) -> tree.Condition:
        parts = [self.inside(subject, depth - 1) for _ in range(self._few())]
        return self._join(parts)

    def _few(self) -> int:
        return self.draw.choice((0, 1, 2, 2, 2, 3))

    def _join(self, parts: list[tree.Condition]) -> tree.Condition:
        joined = self.draw.choice((tree.All, tree.AnyOf))(tuple(parts))
        return tree.Not(joined) if self.draw.chance(0.2) else joined

    def _not(self, subject: Subject, depth: int) -> tree.Condition:
        return tree.Not(self.condition(subject, depth - 1))

    # Related records

    def _related(self, subject: Subject, depth: int) -> tree.Condition:
        path, there = self._records(subject.owner)
        inner = Subject(there)
        where = tree.EVERYONE if self.draw.chance(0.25) else self.condition(inner, depth - 1)
        measure, measured = self._measure(self.targets.of(inner), of_related=True)
        return tree.Related(path, where, measure, self._test(measured, subject))

    def _records(self, owner: Entity, *, audience: bool = False) -> tuple[str, Entity]:
        """A path from an entity to records, by to-one and to-many steps, and where it ends."""
        for _ in range(50):
            here, names, many = owner, [], False
            for _ in range(self.draw.choice((1, 1, 2, 2, 3))):
                steps = {one.name: one.to for one in here.attributes.values() if one.to is not None}
                inverses = {name: one.owner for name, one in self.catalog.inverses(here.name).items()}
                step = self.draw.choice(sorted(steps | inverses))
                many = many or step in inverses
                names.append(step)
                here = self.catalog.entities[(steps | inverses)[step]]
            if here.audience or not audience:
                self.note("path to many" if many else "path to one")
                if here is owner:
                    self.note("circular path")
                return ".".join(names), here
        return "befriended by", self.catalog.entities["contact"]

    # Interactions

    def _types(self, audience: Entity) -> tuple[tree.Types, Subject]:
        """Types as written, and the subject that their interactions are."""
        draw, own = self.draw, self.catalog.types_of(audience.name)
        pages = [one for one in own if one.name.startswith("page_")]
        chosen: list[InteractionType]
        match draw.randrange(6):
            case 0 if len(own) > 1:
                chosen = draw.some(own, 2, 3)
                names = tuple(_written(one.name) for one in chosen)
                self.note("several types")
            case 1 if pages:
                chosen, names = pages, ("page_*",)
                self.note("pattern of types")
            case 2 if draw.chance(0.5):
                chosen, names = list(own), ("*",)
                self.note("pattern of types")
            case _:
                chosen = [draw.choice(own)]
                names = (_written(chosen[0].name),)
        return tree.Types(names), Subject(audience, tuple(sorted(chosen, key=lambda one: one.name)))

    def _where(self, inner: Subject, depth: int, probability: float = 0.55) -> tree.Condition | None:
        return self.inside(inner, max(depth - 1, 0)) if self.draw.chance(probability) else None

    def _did(self, subject: Subject, depth: int) -> tree.Condition:
        return self._deed(subject, subject.owner, None, depth)

    def _did_of(self, subject: Subject, depth: int) -> tree.Condition:
        path, there = self._records(subject.owner, audience=True)
        self.note("of")
        return self._deed(subject, there, path, depth)

    def _deed(self, subject: Subject, there: Entity, of: str | None, depth: int) -> tree.Condition:
        types, inner = self._types(there)
        where = self._where(inner, depth)
        measure, measured = self._measure(self.targets.of(inner), of_related=False)
        test = self._test(measured, subject)
        if isinstance(measure, tree.ActivePeriods):
            return tree.Did(types, where, None, of, measure, test)
        return tree.Did(types, where, self._during(), of, measure, test)

    def _during(self) -> Window | None:
        return self.pools.window() if self.draw.chance(0.45) else None

    def _occurrence(self, subject: Subject, depth: int) -> tree.Condition:
        types, inner = self._types(subject.owner)
        has = self.inside(inner, depth - 1)
        which: Literal["latest", "first"] = "latest" if self.draw.chance(0.5) else "first"
        self.note(which)
        return tree.Occurrence(which, types, has, self._where(inner, depth, 0.3), self._during())

    def _sequence(self, subject: Subject, depth: int) -> tree.Condition:
        draw = self.draw
        steps, played = [], []
        absent = draw.chance(0.35)
        for place in range(draw.randint(1, 2) if absent else draw.choice((2, 2, 3))):
            types, inner = self._types(subject.owner)
            played.append(inner)
            within = self.pools.duration() if place and draw.chance(0.5) else None
            blocker = None
            if place and draw.chance(0.35):
                of, blocking = self._types(subject.owner)
                blocker = tree.Blocker(of, self._where(blocking, depth, 0.3))
                self.note("blocker")
            steps.append(tree.Step(types, self._where(inner, depth, 0.3), within, blocker))
        absence = None
        if absent:
            types, inner = self._types(subject.owner)
            absence = tree.Absence(types, self.pools.duration(), self._where(inner, depth, 0.3))
        same = self._same(subject.owner, played) if draw.chance(0.35) else ()
        during = self._during() if draw.chance(0.7) else None
        return tree.Sequence(tuple(steps), absence, during, same)

    def _same(self, audience: Entity, played: list[Subject]) -> tuple[str, ...]:
        all_types = {one.name: one for subject in played for one in subject.types or ()}
        targets = self.targets.of(Subject(audience, tuple(all_types[name] for name in sorted(all_types))))
        scalar = [
            one.path
            for one in targets
            if one.type is not ValueType.LOCATION and one.path not in ("id", "occurred_at")
        ]
        self.note("same")
        return tuple(self.draw.some(scalar, 1, 2))

    # Measures

    def _measure(self, targets: list[Target], *, of_related: bool) -> tuple[tree.Measure, Target]:
        """A measure, and what it gives as something to compare."""
        draw = self.draw
        count = Target("", ValueType.INTEGER, (0, 1, 1, 2, 2, 3))
        if draw.chance(0.25):
            return tree.Count(), count
        kinds = ["distinct", "sum", "average", "minimum", "maximum"]
        if not of_related:
            kinds += ["first", "latest", "days", "first_time", "latest_time", "periods", "periods"]
        kind = draw.choice(kinds)
        match kind:
            case "days":
                return tree.CountDays(), count
            case "first_time" | "latest_time":
                times = Target("", ValueType.TIMESTAMP, tuple(self.pools.moment() for _ in range(4)))
                return (tree.FirstTime() if kind == "first_time" else tree.LatestTime()), times
            case "periods":
                many = draw.choice((1, 2, 4, 12, 52, 366))
                test = self._plain_test(count) if draw.chance(0.5) else tree.AT_LEAST_ONE
                return tree.ActivePeriods(self.pools.duration(), many, test), count
            case "distinct":
                attribute = self._measurable(targets, _SCALAR)
                return (
                    (tree.Count(), count)
                    if attribute is None
                    else (tree.CountDistinct(attribute.path), count)
                )
            case _:
                return self._fold(tree.Fold(kind), targets, count)

    def _fold(self, fold_: tree.Fold, targets: list[Target], count: Target) -> tuple[tree.Measure, Target]:
        kinds = {tree.Fold.SUM: _NUMERIC, tree.Fold.AVERAGE: _NUMERIC, tree.Fold.MINIMUM: _ORDERED,
                 tree.Fold.MAXIMUM: _ORDERED}.get(fold_, _SCALAR)  # fmt: skip
        attribute = self._measurable(targets, kinds)
        if attribute is None:
            return tree.Count(), count
        values = attribute.values
        if fold_ in (tree.Fold.SUM, tree.Fold.AVERAGE):
            some = [exactly(value) for value in self.draw.some(values, 1, 3)]
            few = Decimal(1 if fold_ is tree.Fold.SUM else len(some))
            total = sum(map(Decimal, some), Decimal(0)) / few
            if abs(total) < 10**14 and (total == 0 or abs(total) > Decimal("1e-9")):
                places = Decimal("0.0001") if attribute.type is not ValueType.NUMBER else Decimal("1e-10")
                values = (*values, str(total.quantize(places)), "0")
        return tree.Aggregate(fold_, attribute.path), Target("", attribute.type, values, attribute.to)

    def _measurable(self, targets: list[Target], kinds: tuple[ValueType, ...]) -> Target | None:
        fitting = [one for one in targets if one.type in kinds and one.path not in ("hour", "weekday", "id")]
        own = [one for one in fitting if one.own]
        if own and self.draw.chance(0.75):
            fitting = own
        return self.draw.choice(fitting) if fitting else None

    def _test(self, measured: Target, subject: Subject) -> tree.Test:
        if self.draw.chance(0.15) and measured.type in _ORDERED:
            return self._plain_test(measured)
        signs: tuple[Op, ...] = _SIGNS
        if measured.type not in _ORDERED:
            signs = (Op.EQ, Op.NE)
        if measured.type in _ORDERED and self.draw.chance(0.2):
            return tree.Test(Op.BETWEEN, self._range(measured, subject))
        if measured.type in (ValueType.DATE, ValueType.TIMESTAMP) and self.draw.chance(0.3):
            window = self.compared.value(Op.WITHIN, measured, subject)
            return tree.Test(Op.WITHIN, window)  # type: ignore[arg-type]
        op = self.draw.choice(signs)
        return tree.Test(op, self.compared.operand(measured, subject))

    def _range(self, measured: Target, subject: Subject) -> tree.Range:
        found = self.compared.value(Op.BETWEEN, measured, subject)
        if not isinstance(found, tree.Range):
            raise TypeError(f"{found!r} is no range")
        return found

    def _plain_test(self, measured: Target) -> tree.Test:
        return tree.Test(self.draw.choice(_SIGNS), tree.Literal(self.compared.literal(measured)))

    # The past, memberships, rankings

    def _held(self, subject: Subject, depth: int) -> tree.Condition:
        inner = self.inside(Subject(subject.owner, held=True), depth)
        if self.draw.chance(0.3):
            inner = tree.Not(inner)
        return tree.Held(inner, self.draw.choice((">=", ">=", "<")), self.pools.duration())

    def _in_segment(self, subject: Subject, _depth: int) -> tree.Condition:
        return tree.InSegment(self._name(SEGMENTS, subject.owner))

    def _in_list(self, subject: Subject, _depth: int) -> tree.Condition:
        return tree.InList(self._name(LISTS, subject.owner))

    def _crossed(self, subject: Subject, _depth: int) -> tree.Condition:
        direction: Literal["entered", "left"] = "entered" if self.draw.chance(0.5) else "left"
        self.note(direction)
        return tree.Crossed(direction, self._name(SEGMENTS, subject.owner), self._during())

    def _name(self, which: dict[str, str], audience: Entity) -> str:
        name = self.draw.choice(sorted(name for name, of in which.items() if of == audience.name))
        other = name.upper() if self.draw.chance(0.5) else name.lower()
        return other if self.draw.chance(0.2) and fold(other) == fold(name) else name

    def _consent(self, _subject: Subject, _depth: int) -> tree.Condition:
        states: tuple[Literal["granted", "denied", "unknown"], ...] = ("granted", "denied", "unknown")
        state = self.draw.choice(states)
        self.note(f"consent {state}")
        return tree.Consent(self.draw.choice(TOPICS), state)

    def _sample(self, _subject: Subject, _depth: int) -> tree.Condition:
        percent = self.draw.choice((50, Decimal("33.3333"), 10, Decimal("0.5"), 75))
        start = self.draw.choice((0, 0, 25, Decimal("12.5")))
        return tree.Sample(percent, start, self.draw.choice(("s", "spring", "it's", "😀")))

    def _top(self, subject: Subject, depth: int) -> tree.Condition:
        draw = self.draw
        among = self.condition(subject, depth - 1) if draw.chance(0.35) else None
        lowest = draw.chance(0.4)
        percent = (
            draw.choice((5, 20, 50, Decimal("7.5"), Decimal("33.3333"), 100)) if draw.chance(0.5) else None
        )
        count = None if percent is not None else draw.choice((1, 2, 3, 5, 9))
        if draw.chance(0.35):
            targets = [one for one in self.targets.of(subject) if one.type in _ORDERED]
            attribute = draw.choice(targets).path
            self.note("top by attribute")
            return tree.Top(percent, count, attribute=attribute, among=among, lowest=lowest)
        self.note("top by measure")
        types, inner = self._types(subject.owner)
        measure, measured = self._measure(self.targets.of(inner), of_related=False)
        if measured.type not in _ORDERED:
            measure = tree.Count()
        during = None if isinstance(measure, tree.ActivePeriods) else self._during()
        where = self._where(inner, depth, 0.3)
        return tree.Top(
            percent, count, measure, types=types, where=where, during=during, among=among, lowest=lowest
        )


def _written(name: str) -> str:
    """The name of a type as a definition writes it: a star stands for itself only behind a backslash."""
    return name.replace("*", r"\*")
