"""Planning: the order in which the parts of a condition are evaluated, and what is evaluated only once.

The parts of `all` are asked in the order of their cost for each record that they rule out, those of `any` for
each that they let in: so each part looks only at those whom the parts before have left undecided, and a cheap
part that decides little does not go before a dearer one that decides nearly all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from satsuma.evaluation.kernels.estimating import Estimate, estimate
from satsuma.evaluation.kernels.meaning import meaning_of
from satsuma.evaluation.kernels.scope import Frame, Moment, Records
from satsuma.language import bound

DEAR = (bound.Related, bound.Did, bound.Occurrence, bound.Sequence, bound.Held, bound.Crossed, bound.Top)
"""Forms whose answer is kept where they stand in a definition more than once."""

GIVEN_NS = 300.0
"""What it costs to ask about one given record, rather than about all, for each of these forms."""

_LEAST_SHARE = 0.001

_COSTS: dict[type[bound.Condition], int] = {
    bound.InSegment: 2,
    bound.InList: 2,
    bound.Crossed: 3,
    bound.Consent: 3,
    bound.Related: 10,
    bound.Did: 20,
    bound.Occurrence: 25,
    bound.Sample: 30,
    bound.Sequence: 50,
    bound.Top: 80,
}
"""What conditions cost beside one on a value of the record, roughly, for a few given records."""


def in_order(
    conditions: tuple[bound.Condition, ...], frame: Frame, moment: Moment, *, for_all: bool
) -> list[bound.Condition]:
    """The parts of `all` (else of `any`) in the order in which to ask them."""
    if not isinstance(frame, Records) or frame.numbers is not None:
        # Estimating would cost more than it saves.
        return sorted(conditions, key=_cost)

    def rank(one: bound.Condition) -> float:
        return cost_to_decide(estimate(one, frame.table, moment), for_all=for_all)

    return sorted(conditions, key=rank)


def cost_to_decide(of: Estimate, *, for_all: bool) -> float:
    """The cost of a part of `all` for each record that it rules out; of `any` for each that it lets in."""
    decided = 1 - of.share if for_all else of.share
    return of.cost_ns / max(decided, _LEAST_SHARE)


def is_few(condition: bound.Condition, asked: int, frame: Records, moment: Moment) -> bool:
    """Whether so many records of a frame of everyone had better be asked about as given ones."""
    if not isinstance(condition, DEAR) or isinstance(condition, bound.Top):
        return False
    return asked * GIVEN_NS < estimate(condition, frame.table, moment).cost_ns


def repeated(conditions: Iterable[bound.Condition]) -> Mapping[int, str]:
    """By its id, of each dear condition that occurs more than once: a text that the equal ones share."""
    dear = [one for root in conditions for one in parts_of(root) if isinstance(one, DEAR)]
    if len({type(one) for one in dear}) == len(dear):
        return {}
    texts = [meaning_of(one) for one in dear]
    often = {text for text, count in Counter(texts).items() if count > 1}
    return {id(one): text for one, text in zip(dear, texts, strict=True) if text in often}


def parts_of(condition: bound.Condition) -> Iterator[bound.Condition]:
    """A condition and all that it is made of by `all`, `any` and `not`."""
    yield condition
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            for one in conditions:
                yield from parts_of(one)
        case bound.Not(negated):
            yield from parts_of(negated)
        case _:
            pass


def _cost(condition: bound.Condition) -> int:
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            return sum(_cost(one) for one in conditions)
        case bound.Not(negated):
            return _cost(negated)
        case bound.Did() | bound.Occurrence() if condition.where is not None:
            return 2 * _COSTS[type(condition)]
        case _:
            return _COSTS.get(type(condition), 1)
