"""Forms: what of the language each row uses, so that gaps can be named and nothing is left without a row.

    python -m tests.conformance.forms

prints the table of forms with the number of rows that use each, and what each evaluator does not do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import get_args

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel import windows
from satsuma.language import bound, tree
from satsuma.language.binding.operators import OPERATORS
from tests.conformance.cases import Case, cases
from tests.conformance.evaluators import EVALUATORS

_NODES = (
    *get_args(bound.Condition),
    *(bound.Absence, bound.Shifted, bound.Now, bound.Today),
    *get_args(windows.Window),
)


def everything() -> set[str]:
    """Every form that must have a row: nodes, operators by type, measures by kind."""
    operators = {f"{op.value} of {of.value}" for of, ops in OPERATORS.items() for op in ops}
    measures = {f"measure {kind.value}" for kind in bound.MeasureKind}
    return {node.__name__ for node in _NODES} | operators | measures


def forms(case: Case) -> set[str]:
    """The forms that a row uses, by the names of `everything`."""
    definition = case.binding.definition
    if definition is None:
        return set()
    nodes = list(_walk(definition.where))
    types = {node.name: node.type for node in nodes if isinstance(node, bound.Read)}
    operators = {
        f"{node.op.value} of {types[node.attribute].value}"
        for node in _walk(case.source.where)
        if isinstance(node, tree.Compare) and node.attribute in types
    }
    measures = {f"measure {node.kind.value}" for node in nodes if isinstance(node, bound.Measure)}
    return {type(node).__name__ for node in nodes} | operators | measures


def demands(case: Case) -> set[str]:
    """What an evaluator must do for a row: its forms, and what the row calls demanding."""
    return forms(case) | ({case.row["demanding"]} if "demanding" in case.row else set())


def _walk(node: object) -> Iterator[object]:
    """A tree's nodes, itself first. Entities, types and attributes of the catalog are no nodes."""
    if isinstance(node, tuple):
        for inner in node:
            yield from _walk(inner)
    elif is_dataclass(node) and not isinstance(node, Attribute | Entity | InteractionType | type):
        yield node
        for field in fields(node):
            yield from _walk(getattr(node, field.name))


def table() -> str:
    """Forms with the number of rows for each, and the gaps of each evaluator."""
    of_evaluators = [case for case in cases() if case.members is not None]
    rows = Counter(form for case in of_evaluators for form in forms(case))
    lines = [f"{rows[form]:5}  {form}" for form in sorted(everything())]
    gaps = [f"{one.name}: {gap}: {reason}" for one in EVALUATORS for gap, reason in one.gaps.items()]
    return "\n".join(
        [f"{len(cases())} rows, {len(of_evaluators)} of them for evaluators", *lines, *(gaps or ["no gaps"])]
    )


if __name__ == "__main__":
    print(table())  # noqa: T201 - it is a table for people
