"""Conditions on interactions from JSON: did, latest, first, sequences, rankings."""

from __future__ import annotations

from typing import Literal

from satsuma.kernel.limits import ATTRIBUTES_PER_INTERACTION_MAX, SEQUENCE_STEPS_MAX
from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.problems import shown, within
from satsuma.language.wire.measures import measure_from_json, measured, types_from_json
from satsuma.language.wire.reader import Reader
from satsuma.language.wire.shapes import CONDITIONS, PARTS
from satsuma.language.wire.values import duration, window


def did(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"did": types, "where"?: c, "during"?: w, "of"?: path, "measure"?: m, "is"?: cmp}`."""
    reader.keys(value, path, CONDITIONS["did"])
    types = types_from_json(reader, value["did"], within(path, "did"))
    where, during = _where(reader, value, path), _during(reader, value, path)
    of = reader.text(value["of"], within(path, "of"), "a path of relationships") if "of" in value else None
    measure, test = measured(reader, value, path)
    return tree.EVERYONE if types is None else tree.Did(types, where, during, of, measure, test)


def latest(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"latest": types, "where"?: c, "during"?: w, "has": c}`."""
    return _occurrence(reader, value, path, "latest")


def first(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"first": types, "where"?: c, "during"?: w, "has": c}`."""
    return _occurrence(reader, value, path, "first")


def _occurrence(
    reader: Reader, value: dict[str, object], path: str, which: Literal["latest", "first"]
) -> tree.Condition:
    reader.keys(value, path, CONDITIONS[which])
    types = types_from_json(reader, value[which], within(path, which))
    where, during = _where(reader, value, path), _during(reader, value, path)
    has = reader.condition(value["has"], within(path, "has")) if "has" in value else tree.EVERYONE
    return tree.EVERYONE if types is None else tree.Occurrence(which, types, has, where, during)


def _where(reader: Reader, value: dict[str, object], path: str) -> tree.Condition | None:
    return reader.condition(value["where"], within(path, "where")) if "where" in value else None


def _during(reader: Reader, value: dict[str, object], path: str) -> Window | None:
    return window(reader, value["during"], within(path, "during")) if "during" in value else None


def sequence(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"sequence": [step...], "during"?: w, "same"?: [attributes]}`."""
    reader.keys(value, path, CONDITIONS["sequence"])
    during = _during(reader, value, path)
    same = _same(reader, value["same"], within(path, "same")) if "same" in value else ()
    at = within(path, "sequence")
    items = reader.items(value["sequence"], at, "steps", SEQUENCE_STEPS_MAX)
    if items is None:
        return tree.EVERYONE
    found = [_step(reader, item, f"{at}[{i}]") for i, item in enumerate(items)]
    steps = [step for step in found if isinstance(step, tree.Step)]
    last = found[-1]
    absence = last if isinstance(last, tree.Absence) else None
    for i, step in enumerate(found[:-1]):
        if isinstance(step, tree.Absence):
            reader.problems.add(
                "form.steps",
                f"{at}[{i}]",
                'found no "did" in a step that is not the last',
                'between two steps "not_did" stands in the later one, beside its "did"',
            )
    if len(steps) + (absence is not None) < len(found):
        return tree.EVERYONE
    return tree.Sequence(tuple(steps), absence, during, same)


def _same(reader: Reader, value: object, path: str) -> tuple[str, ...]:
    items = reader.items(value, path, "attributes", ATTRIBUTES_PER_INTERACTION_MAX) or []
    names = [reader.text(item, f"{path}[{i}]", "an attribute") for i, item in enumerate(items)]
    return tuple(name for name in names if name is not None)


def _step(reader: Reader, value: object, path: str) -> tree.Step | tree.Absence | None:
    """A step, the absence that may be the last, or None where a problem was noted."""
    if not isinstance(value, dict) or not value.keys() & {"did", "not_did"}:
        reader.problems.add(
            "form.type", path, f'found {shown(value)}, expected a step: an object with "did" or "not_did"'
        )
        return None
    within_at = within(path, "within")
    if "did" not in value:
        reader.keys(value, path, PARTS["absence"])
        pattern = _blocker(reader, value["not_did"], within(path, "not_did"))
        length = duration(reader, value["within"], within_at) if "within" in value else None
        if pattern is None or length is None:
            return None
        return tree.Absence(pattern.types, length, pattern.where)
    reader.keys(value, path, PARTS["step"])
    types = types_from_json(reader, value["did"], within(path, "did"))
    where = _where(reader, value, path)
    length = duration(reader, value["within"], within_at) if "within" in value else None
    blocker = _blocker(reader, value["not_did"], within(path, "not_did")) if "not_did" in value else None
    return None if types is None else tree.Step(types, where, length, blocker)


def _blocker(reader: Reader, value: object, path: str) -> tree.Blocker | None:
    """`{"did": types, "where"?: c}`; types alone are taken too."""
    if not isinstance(value, dict):
        types = types_from_json(reader, value, path)
        return None if types is None else tree.Blocker(types)
    if not reader.keys(value, path, PARTS["blocker"]):
        return None
    types = types_from_json(reader, value["did"], within(path, "did"))
    where = _where(reader, value, path)
    return None if types is None else tree.Blocker(types, where)


def top(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"top": ..., "by": ..., "did"?, "where"?, "during"?, "among"?, "order"?}`."""
    reader.keys(value, path, CONDITIONS["top"])
    percent, count = _how_many(reader, value["top"], within(path, "top"))
    types = types_from_json(reader, value["did"], within(path, "did")) if "did" in value else None
    where, during = _where(reader, value, path), _during(reader, value, path)
    among = reader.condition(value["among"], within(path, "among")) if "among" in value else None
    order = "highest"
    if "order" in value:
        order = reader.word(value["order"], within(path, "order"), ["lowest", "highest"]) or order
    if "by" not in value or ("did" in value and types is None) or (percent is None and count is None):
        return tree.EVERYONE
    measure, attribute = _by(reader, value["by"], within(path, "by"))
    if measure is None and attribute is None:
        return tree.EVERYONE
    return tree.Top(percent, count, measure, attribute, types, where, during, among, order == "lowest")


def _how_many(reader: Reader, value: object, path: str) -> tuple[tree.Number | None, int | None]:
    match value:
        case {"percent": percent, **rest} if not rest:
            return reader.number(percent, within(path, "percent"), "a percentage"), None
        case {"count": count, **rest} if not rest:
            return None, reader.whole(count, within(path, "count"), "how many")
    expected = '{"percent": 5} or {"count": 100}'
    reader.problems.add("form.type", path, f"found {shown(value)}, expected {expected}")
    return None, None


def _by(reader: Reader, value: object, path: str) -> tuple[tree.Measure | None, str | None]:
    if isinstance(value, dict) and "attribute" in value:
        reader.keys(value, path, PARTS["by_attribute"])
        return None, reader.text(value["attribute"], within(path, "attribute"), "the path of an attribute")
    return measure_from_json(reader, value, path), None
