"""Conditions on one record from JSON: logic, attributes, related records, memberships, samples."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from satsuma.kernel.limits import NODES_MAX
from satsuma.language import tree
from satsuma.language.problems import shown, within
from satsuma.language.tree import Op
from satsuma.language.wire.measures import measured
from satsuma.language.wire.reader import Reader
from satsuma.language.wire.shapes import CONDITIONS, PARTS
from satsuma.language.wire.values import duration, value_from_json, window


def all_of(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"all": [c...]}`."""
    reader.keys(value, path, CONDITIONS["all"])
    return tree.All(_conditions(reader, value["all"], within(path, "all")))


def any_of(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"any": [c...]}`."""
    reader.keys(value, path, CONDITIONS["any"])
    return tree.AnyOf(_conditions(reader, value["any"], within(path, "any")))


def _conditions(reader: Reader, value: object, path: str) -> tuple[tree.Condition, ...]:
    if not isinstance(value, list | tuple):
        reader.problems.add("form.type", path, f"found {shown(value)}, expected a list of conditions")
        return ()
    # One more than the limit, so that it is noted.
    return tuple(reader.condition(item, f"{path}[{i}]") for i, item in enumerate(value[: NODES_MAX + 1]))


def negated(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"not": c}`."""
    reader.keys(value, path, CONDITIONS["not"])
    return tree.Not(reader.condition(value["not"], within(path, "not")))


def attribute(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"attribute": path, "op": o, "value": v, "case"?: "exact"}`."""
    reader.keys(value, path, CONDITIONS["attribute"])
    name = reader.text(value["attribute"], within(path, "attribute"), "the path of an attribute")
    exact = "case" in value and reader.word(value["case"], within(path, "case"), ["exact"]) is not None
    word = reader.word(value["op"], within(path, "op"), tuple(Op)) if "op" in value else None
    if name is None:
        return tree.EVERYONE
    # Where operator or value have a problem, the attribute is still looked up.
    presence = tree.Compare(name, Op.IS_PRESENT)
    if word is None:
        return presence
    op = Op(word)
    if op in (Op.IS_MISSING, Op.IS_PRESENT):
        if "value" in value:
            reader.problems.add("form.unknown_key", within(path, "value"), f"{op.value} takes no value")
        return tree.Compare(name, op, exact=exact)
    if "value" not in value:
        reader.problems.add("form.missing_key", path, f"found no 'value', which {op.value} needs")
        return presence
    right = value_from_json(reader, op, value["value"], within(path, "value"))
    return presence if right is None else tree.Compare(name, op, right, exact)


def related(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"related": path, "where": c, "measure"?: m, "is"?: cmp}`."""
    reader.keys(value, path, CONDITIONS["related"])
    name = reader.text(value["related"], within(path, "related"), "a path of relationships")
    where: tree.Condition = tree.EVERYONE
    if "where" in value:
        where = reader.condition(value["where"], within(path, "where"))
    measure, test = measured(reader, value, path)
    return tree.EVERYONE if name is None else tree.Related(name, where, measure, test)


def held(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"held": c, "for": {"op": ">=" or "<", "value": d}}`."""
    whole = reader.keys(value, path, CONDITIONS["held"])
    condition = reader.condition(value["held"], within(path, "held"))
    at = within(path, "for")
    length = value.get("for")
    if not whole or not reader.keys(length, at, PARTS["held_for"]) or not isinstance(length, dict):
        return condition
    word = reader.word(length["op"], within(at, "op"), [">=", "<"])
    how_long = duration(reader, length["value"], within(at, "value"))
    if word is None or how_long is None:
        return condition
    return tree.Held(condition, ">=" if word == ">=" else "<", how_long)


def reference(reader: Reader, value: object, path: str, what: str) -> tree.Ref | None:
    """A name, or `{"id": 7}` as stored."""
    if not isinstance(value, dict):
        return reader.text(value, path, f"the name of a {what}")
    if not reader.keys(value, path, PARTS["reference"]):
        return None
    number = reader.whole(value["id"], within(path, "id"), f"the number of a {what}")
    return None if number is None else tree.RefId(number)


def segment(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"segment": name}`."""
    reader.keys(value, path, CONDITIONS["segment"])
    ref = reference(reader, value["segment"], within(path, "segment"), "segment")
    return tree.EVERYONE if ref is None else tree.InSegment(ref)


def in_list(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"list": name}`."""
    reader.keys(value, path, CONDITIONS["list"])
    ref = reference(reader, value["list"], within(path, "list"), "list")
    return tree.EVERYONE if ref is None else tree.InList(ref)


def entered(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"entered": name, "during"?: w}`."""
    return _crossed(reader, value, path, "entered")


def left(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"left": name, "during"?: w}`."""
    return _crossed(reader, value, path, "left")


def _crossed(
    reader: Reader, value: dict[str, object], path: str, direction: Literal["entered", "left"]
) -> tree.Condition:
    reader.keys(value, path, CONDITIONS[direction])
    ref = reference(reader, value[direction], within(path, direction), "segment")
    during = window(reader, value["during"], within(path, "during")) if "during" in value else None
    return tree.EVERYONE if ref is None else tree.Crossed(direction, ref, during)


def consent(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"consent": topic, "is": "granted" or "denied" or "unknown"}`."""
    whole = reader.keys(value, path, CONDITIONS["consent"])
    topic = reader.text(value["consent"], within(path, "consent"), "a topic of consent")
    state = reader.word(value["is"], within(path, "is"), ["granted", "denied", "unknown"]) if whole else None
    match state:
        case "granted" | "denied" | "unknown" if topic is not None:
            return tree.Consent(topic, state)
        case _:
            return tree.EVERYONE


def sample(reader: Reader, value: dict[str, object], path: str) -> tree.Condition:
    """`{"sample": {"percent": p, "from": q, "salt": s}}`; `from` is 0 where it is left out."""
    reader.keys(value, path, CONDITIONS["sample"])
    parts, at = value["sample"], within(path, "sample")
    if not reader.keys(parts, at, PARTS["sample_part"]) or not isinstance(parts, dict):
        return tree.EVERYONE
    percent = reader.number(parts["percent"], within(at, "percent"), "a percentage")
    start = reader.number(parts.get("from", Decimal(0)), within(at, "from"), "a percentage")
    salt = reader.text(parts["salt"], within(at, "salt"), "a salt")
    if percent is None or start is None or salt is None:
        return tree.EVERYONE
    return tree.Sample(percent, start, salt)
