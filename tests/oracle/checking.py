"""Checking: what must hold of one definition in one world, and where it does not.

- every evaluator gives the members that the reference gives, and its complement for `not`
- the canonical form means the same; text and JSON, printed and read, are the same definition
- parts of it hold for some of the records as they do among all
- a warning that it never holds, or always, is true
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from satsuma.evaluation import reference
from satsuma.evaluation.sql import UnsupportedError
from satsuma.language import bound, tree, wire
from satsuma.language.binding import Binding, bind
from satsuma.language.canonical import canonical
from satsuma.language.text import parse_text, print_text
from tests.oracle.building import Built
from tests.oracle.engines import REFERENCE, Engines, Members, negated
from tests.oracle.pools import Draw
from tests.oracle.tally import Tally, forms


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that does not hold.

    Attributes:
        law: Which of the laws, with the engine: `duckdb`, `not in clickhouse`, `canonical`, ...
        found: What came instead.
    """

    law: str
    found: str

    def __str__(self) -> str:
        return f"{self.law}: {self.found}"


def check(
    source: tree.Source,
    now: int,
    engines: Engines,
    tally: Tally,
    draw: Draw,
    *,
    noted: frozenset[str] = frozenset(),
    share: float = 1.0,
) -> list[Disagreement]:
    """Every law that a definition breaks at an instant; counts what was done.

    Args:
        draw: Decides which part of it is looked at, and for which records.
        noted: Forms that were noted when it was drawn.
        share: How often complements and parts are asked of the engines; the whole is asked always.
    """
    tally.drawn += 1
    built = engines.built
    binding = bind(source, built.catalog, built.names)
    definition = binding.definition
    if definition is None:
        tally.refused.update(problem.code for problem in binding.errors)
        return []
    try:
        expected = engines.by_name[REFERENCE](definition, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding, and the search goes on
        return [Disagreement("reference fails", _shown(error))]
    everyone = engines.everyone(definition)
    tally.count(forms(definition.where, noted), len(expected), len(everyone) - len(expected))
    found = list(_engines(engines, definition, now, expected, tally))
    if draw.chance(share):
        found += _complements(engines, definition, now, everyone - expected, tally)
    found += _written(source, built, definition, now, expected, tally)
    if draw.chance(share):
        found += _parts(engines, definition, now, draw, tally)
    found += _warnings(binding, expected, everyone)
    return found


def _engines(
    engines: Engines, definition: bound.Definition, now: int, expected: set[str], tally: Tally
) -> Iterator[Disagreement]:
    for name, members in engines.by_name.items():
        if name != REFERENCE:
            yield from _compared(name, members, definition, now, expected, tally)


def _complements(
    engines: Engines, definition: bound.Definition, now: int, others: set[str], tally: Tally
) -> Iterator[Disagreement]:
    for name, members in engines.by_name.items():
        yield from _compared(f"not in {name}", members, negated(definition), now, others, tally)


def _compared(
    law: str, members: Members, definition: bound.Definition, now: int, expected: set[str], tally: Tally
) -> Iterator[Disagreement]:
    tally.compared[law] += 1
    try:
        found = members(definition, now)
    except UnsupportedError as error:
        tally.gaps[f"{law}: {error.details.get('gap')}"] += 1
        return
    except Exception as error:  # noqa: BLE001 - as above
        yield Disagreement(law, _shown(error))
        return
    if found != expected:
        missing, too_many = sorted(expected - found), sorted(found - expected)
        yield Disagreement(law, f"missing {missing}, too many {too_many}")


def _written(
    source: tree.Source,
    built: Built,
    definition: bound.Definition,
    now: int,
    expected: set[str],
    tally: Tally,
) -> Iterator[Disagreement]:
    where = source.where
    if where is None:
        return
    try:
        forms_of_it = {
            "canonical": canonical(where),
            "text": parse_text(print_text(where)),
            "json": wire.source_from_json(wire.loads(wire.dumps(wire.to_json(where)))).where,
        }
    except Exception as error:  # noqa: BLE001 - as above
        yield Disagreement("writing", _shown(error))
        return
    for name, other in forms_of_it.items():
        tally.compared[name] += 1
        if other == where:
            continue
        again = bind(replace(source, where=other), built.catalog, built.names)
        if again.definition is None:
            yield Disagreement(name, f"does not bind: {'; '.join(map(str, again.errors))}")
        elif again.definition != definition:
            found = reference.members(again.definition, built.at(now))
            if found != expected:
                yield Disagreement(name, f"means {sorted(found)}, expected {sorted(expected)}")


def _parts(
    engines: Engines, definition: bound.Definition, now: int, draw: Draw, tally: Tally
) -> Iterator[Disagreement]:
    """One part of it, judged for some records alone by the reference, and for all by the engines."""
    parts = list(_inner(definition.where))
    if not parts:
        return
    part = draw.choice(parts)
    everyone = sorted(engines.everyone(definition))
    some = set(draw.some(everyone, 1, 5))
    state = engines.built.at(now)
    expected = {key for key in some if reference.holds(part, key, state, definition)}
    for name, members in engines.by_name.items():

        def among_some(part: bound.Definition, now: int, members: Members = members) -> set[str]:
            return members(part, now) & some

        law = f"part in {name}"
        yield from _compared(law, among_some, replace(definition, where=part), now, expected, tally)


def _inner(condition: bound.Condition) -> Iterator[bound.Condition]:
    """The conditions on the same record that a condition is made of, however deep."""
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            for one in conditions:
                yield one
                yield from _inner(one)
        case bound.Not(inner):
            yield inner
            yield from _inner(inner)
        case bound.Top(among=among) if among is not None:
            yield among
        case _:
            return


def _warnings(binding: Binding, expected: set[str], everyone: set[str]) -> Iterator[Disagreement]:
    codes = {warning.code for warning in binding.warnings if warning.path == "where"}
    if codes & {"warning.never_true", "warning.contradiction"} and expected:
        yield Disagreement("warning", f"said to be never true, and holds for {sorted(expected)}")
    if "warning.always_true" in codes and expected != everyone:
        yield Disagreement("warning", f"said to be always true, and fails for {sorted(everyone - expected)}")


def _shown(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= 1500 else text[:1500] + " ..."
