"""Measures from JSON, the comparisons that take them, and the names of interaction types."""

from __future__ import annotations

from satsuma.kernel.limits import INTERACTION_TYPES_MAX
from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.problems import shown, within
from satsuma.language.tree import Op
from satsuma.language.wire.reader import Reader
from satsuma.language.wire.shapes import PARTS
from satsuma.language.wire.values import between, duration, operand, window

PLAIN_MEASURES: dict[str, tree.Measure] = {
    "count": tree.Count(),
    "first_time": tree.FirstTime(),
    "latest_time": tree.LatestTime(),
}
"""Measures that are one word."""

KEYED_MEASURES = ("count_distinct", "count_days", *tree.Fold, "active_periods")
"""Measures that are an object with this key."""

TEST_OPS = (Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE, Op.BETWEEN, Op.WITHIN)
"""Operators that take a measure."""


def measure_from_json(reader: Reader, value: object, path: str) -> tree.Measure | None:
    """A measure; None where a problem was noted."""
    if isinstance(value, str) and value in PLAIN_MEASURES:
        return PLAIN_MEASURES[value]
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in KEYED_MEASURES:
        words = ", ".join((*PLAIN_MEASURES, *KEYED_MEASURES))
        reader.problems.add("form.word", path, f"found {shown(value)}, expected one of the measures {words}")
        return None
    [(key, inner)] = value.items()
    at = within(path, key)
    if key == "active_periods":
        return _active_periods(reader, inner, at)
    if key == "count_days":
        if inner is True:
            return tree.CountDays()
        reader.problems.add("form.type", at, f"found {shown(inner)}, expected true")
        return None
    attribute = reader.text(inner, at, "the path of an attribute")
    if attribute is None:
        return None
    if key == "count_distinct":
        return tree.CountDistinct(attribute)
    return tree.Aggregate(tree.Fold(key), attribute)


def _active_periods(reader: Reader, value: object, path: str) -> tree.Measure | None:
    if not reader.keys(value, path, PARTS["active_periods"]) or not isinstance(value, dict):
        return None
    length = duration(reader, value["length"], within(path, "length"))
    of_last = reader.whole(value["of_last"], within(path, "of_last"), "how many periods")
    count: tree.Test | None = tree.AT_LEAST_ONE
    if "count" in value:
        count = test_from_json(reader, value["count"], within(path, "count"))
    if length is None or of_last is None or count is None:
        return None
    return tree.ActivePeriods(length, of_last, count)


def test_from_json(reader: Reader, value: object, path: str) -> tree.Test | None:
    """How a measure compares: `{"op": ">=", "value": 3}`; None where a problem was noted."""
    if not reader.keys(value, path, PARTS["test"]) or not isinstance(value, dict):
        return None
    word = reader.word(value["op"], within(path, "op"), TEST_OPS)
    if word is None:
        return None
    op, right, at = Op(word), value["value"], within(path, "value")
    found: tree.Operand | tree.Range | Window | None
    if op is Op.BETWEEN:
        found = between(reader, right, at)
    elif op is Op.WITHIN:
        found = window(reader, right, at)
    else:
        found = operand(reader, right, at)
    return None if found is None else tree.Test(op, found)


test_from_json.__test__ = False  # type: ignore[attr-defined] # not a test case, whatever its name


def measured(reader: Reader, value: dict[str, object], path: str) -> tuple[tree.Measure, tree.Test]:
    """The `measure` and the `is` of a condition that may have both; defaults where either has a problem."""
    measure: tree.Measure | None = tree.Count()
    test: tree.Test | None = tree.AT_LEAST_ONE
    if "measure" in value:
        measure = measure_from_json(reader, value["measure"], within(path, "measure"))
    if "is" in value:
        test = test_from_json(reader, value["is"], within(path, "is"))
    if measure is None or test is None:
        return tree.Count(), tree.AT_LEAST_ONE
    return measure, test


def types_from_json(reader: Reader, value: object, path: str) -> tree.Types | None:
    """A name or a pattern of interaction types, or a list of them; None where a problem was noted."""
    if isinstance(value, str):
        name = reader.text(value, path, "an interaction type")
        return None if name is None else tree.Types((name,))
    items = reader.items(value, path, "interaction types", INTERACTION_TYPES_MAX)
    if items is None:
        return None
    names = [reader.text(item, f"{path}[{i}]", "an interaction type") for i, item in enumerate(items)]
    found = tuple(name for name in names if name is not None)
    return tree.Types(found) if len(found) == len(names) else None
