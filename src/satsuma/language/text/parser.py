"""Parsing: the text of a condition to its tree, with the place of every part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from satsuma.kernel.limits import DEFINITION_BYTES_MAX, DEPTH_LEVELS_MAX, NODES_MAX
from satsuma.language import tree
from satsuma.language.text.build import Build
from satsuma.language.text.faults import fault_at
from satsuma.language.text.reading import Reading


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: offsets in characters from its start, `end` after the last one."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A condition with the places of its parts.

    Attributes:
        spans: Path in the JSON form, such as `where.all[1].where`, of every condition → its part of the text.
    """

    text: str
    condition: tree.Condition
    spans: Mapping[str, Span]

    def place(self, path: str) -> tuple[int, int]:
        """Line and column, from 1, of the innermost condition that holds a path of the JSON form."""
        while path and path not in self.spans:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        offset = self.spans[path].start if path else 0
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)


def parse_text(text: str) -> tree.Condition:
    """The condition that a text says.

    >>> parse_text('city is "Paris"')
    Compare(attribute='city', op=<Op.IS: 'is'>, value=Literal(value='Paris'), exact=False)

    Raises:
        TextError: It cannot be read; with the place, what was found there and what could stand there.
    """
    return parse_located(text).condition


def parse_located(text: str) -> Parsed:
    """The condition that a text says, with the place of every condition in it.

    Raises:
        TextError: As `parse_text`.
    """
    _check_size(text)
    reading = Reading.of(text)
    reading.to_end()
    build = Build(text)
    condition = build.run(reading.finish())
    return Parsed(text, condition, _spans(text, condition, build))


def _spans(text: str, condition: tree.Condition, build: Build) -> dict[str, Span]:
    """The places of all conditions, which are counted on the way."""
    spans: dict[str, Span] = {}
    for count, (path, depth, node) in enumerate(conditions_of(condition), start=1):
        span = build.spans.get(id(node))
        if span is not None:
            spans[path] = Span(*span)
        place = 0 if span is None else span[0]
        hint = "refer to a segment of its own for a part of it"
        if depth > DEPTH_LEVELS_MAX:
            message = f"found more than {DEPTH_LEVELS_MAX} levels of conditions"
            raise fault_at(text, place, message, hint=hint, code="form.too_deep")
        if count > NODES_MAX:
            message = f"found more than {NODES_MAX} conditions"
            raise fault_at(text, place, message, hint=hint, code="form.too_many")
    return spans


def conditions_of(root: tree.Condition) -> Iterator[tuple[str, int, tree.Condition]]:
    """Every condition of a tree: its path in the JSON form, its level (the root is on level 1), itself."""
    todo = [("where", 1, root)]
    while todo:
        path, depth, node = todo.pop()
        yield path, depth, node
        todo.extend((f"{path}.{step}", depth + 1, child) for step, child in reversed(_children(node)))


def _children(node: tree.Condition) -> list[tuple[str, tree.Condition]]:
    found: list[tuple[str, tree.Condition | None]]
    match node:
        case tree.All(conditions):
            found = [(f"all[{i}]", child) for i, child in enumerate(conditions)]
        case tree.AnyOf(conditions):
            found = [(f"any[{i}]", child) for i, child in enumerate(conditions)]
        case tree.Not(inner):
            found = [("not", inner)]
        case tree.Held(inner):
            found = [("held", inner)]
        case tree.Related(where=where) | tree.Did(where=where):
            found = [("where", where)]
        case tree.Occurrence(where=where, has=has):
            found = [("where", where), ("has", has)]
        case tree.Top(where=where, among=among):
            found = [("where", where), ("among", among)]
        case tree.Sequence(steps, absence):
            found = []
            for i, step in enumerate(steps):
                found.append((f"sequence[{i}].where", step.where))
                if step.blocker is not None:
                    found.append((f"sequence[{i}].not_did.where", step.blocker.where))
            if absence is not None:
                found.append((f"sequence[{len(steps)}].not_did.where", absence.where))
        case _:
            found = []
    return [(step, child) for step, child in found if child is not None]


def _check_size(text: str) -> None:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > DEFINITION_BYTES_MAX:
        raise fault_at(
            text,
            0,
            f"a text of {size} bytes; expected at most {DEFINITION_BYTES_MAX}",
            hint="keys and long lists of values belong in a marketing list or a static segment",
            code="form.too_long",
        )
