"""Plans: how a definition would be evaluated for everyone, in words: what first, at what cost, what once."""

from __future__ import annotations

from collections.abc import Iterator

from satsuma.evaluation.kernels.estimating import Estimate, estimate
from satsuma.evaluation.kernels.planning import in_order, repeated
from satsuma.evaluation.kernels.scope import Moment, Records
from satsuma.index import Index
from satsuma.kernel.zones import zone
from satsuma.language import bound


def plan(index: Index, definition: bound.Definition, *, now: int | None = None) -> str:
    """The order in which a definition's parts would be evaluated, with what each costs and lets through.

    Args:
        index: Of the version and catalog that the definition was bound to.
        now: Microseconds UTC; None: the instant of the index's version.

    Returns:
        A line for each part, indented under what it is part of, in the order of evaluation.
    """
    moment = Moment(index=index, zone=zone(definition.timezone), now=index.of.at if now is None else now)
    return "\n".join(_Plan(definition, moment).lines())


class _Plan:
    """Writes a plan; knows which parts were written already."""

    def __init__(self, definition: bound.Definition, moment: Moment) -> None:
        self._definition = definition
        self._moment = moment
        self._frame = Records(moment.index.entity(definition.audience))
        self._repeated = repeated([definition.where])
        self._told: set[str] = set()

    def lines(self) -> Iterator[str]:
        """All lines."""
        audience = self._definition.audience.name
        whole = estimate(self._definition.where, self._frame.table, self._moment)
        size = int(self._frame.table.alive.sum())
        yield f"{size:,} of {audience}, {whole.share:.1%} expected, at most {_cost(whole)}"
        yield from self._of(self._definition.where, 0)

    def _of(self, condition: bound.Condition, depth: int) -> Iterator[str]:
        of = estimate(condition, self._frame.table, self._moment)
        indent = "  " * depth
        match condition:
            case bound.All(conditions) if conditions:
                yield f"{indent}all, each part only for those left; stops when nobody is left"
                for one in in_order(conditions, self._frame, self._moment, for_all=True):
                    yield from self._of(one, depth + 1)
            case bound.AnyOf(conditions) if conditions:
                yield f"{indent}any, each part only for those not yet in; stops when everybody is in"
                for one in in_order(conditions, self._frame, self._moment, for_all=False):
                    yield from self._of(one, depth + 1)
            case bound.Not(negated):
                yield f"{indent}not"
                yield from self._of(negated, depth + 1)
            case _:
                yield f"{indent}{_label(condition)}: {_cost(of)}, {of.share:.1%} hold{self._once(condition)}"

    def _once(self, condition: bound.Condition) -> str:
        text = self._repeated.get(id(condition))
        if text is None:
            return ""
        if text in self._told:
            return ", answered already above"
        self._told.add(text)
        return ", evaluated once for all places where it stands"


def _cost(of: Estimate) -> str:
    return f"{of.cost_ns / 1_000_000:,.2f} ms"


def _label(condition: bound.Condition) -> str:
    """What a condition is about, in few words."""
    read: bound.Read | None = getattr(condition, "read", None)
    match condition:
        case bound.Did(types, of) | bound.Occurrence(types=types, has=of):
            kind = "did" if isinstance(condition, bound.Did) else "latest" if condition.latest else "first"
            others = " of related records" if isinstance(condition, bound.Did) and of is not None else ""
            measure = f" ({condition.measure.kind.value})" if isinstance(condition, bound.Did) else ""
            return f"{kind} {_names(one.name for one in types)}{measure}{others}"
        case bound.Sequence(steps):
            return " then ".join(_names(one.name for one in step.pattern.types) for step in steps)
        case bound.Related(path):
            return f"related {'.'.join(step.target.name for step in path)}"
        case bound.InSegment(_, name) | bound.Crossed(name=name):
            return f"segment {name}"
        case bound.InList(_, name):
            return f"list {name}"
        case bound.Consent(topic):
            return f"consent {topic}"
        case bound.Held():
            return f"held for {condition.duration}"
        case bound.Top():
            return "top"
        case bound.Sample():
            return "sample"
        case bound.Compare(_, op):
            return f"{read.name if read else ''} {op.value}"
        case _:
            return f"{read.name} {type(condition).__name__}" if read else type(condition).__name__


def _names(names: Iterator[str]) -> str:
    return " or ".join(names) or "nothing"
