"""Telling: an explanation as lines for people, a tree as the definition is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, assert_never

from satsuma.kernel.instants import format_local
from satsuma.kernel.zones import Zone, zone
from satsuma.segments.explaining.evidence import (
    Bucket,
    Chosen,
    Crossings,
    EntryFound,
    Evidence,
    Happened,
    HeldSince,
    Matches,
    MembershipFound,
    Plain,
    RankFound,
    RecordsFound,
    StepsMet,
    ValueFound,
)
from satsuma.segments.explaining.turning import Known, Turn

if TYPE_CHECKING:
    from satsuma.segments.explaining.explanation import Explained, Explanation

_OF_SAMPLE = 1_000_000


def told(explanation: Explanation) -> str:
    """All of an explanation."""
    return "\n".join(_lines(explanation))


def _lines(found: Explanation) -> Iterator[str]:
    clocks = zone(found.timezone)
    yield f"{found.key} {_standing(found)} “{found.segment}”"
    yield f"  at version {found.version}, {moment(found.now, clocks)} ({found.timezone})"
    if found.since is not None:
        yield f"  {'member since' if found.member else 'left'} {moment(found.since, clocks)}"
    if found.override is not None:
        rule = found.override
        yield f"  {rule.rule} in it, whatever the definition says: {rule.by}, {moment(rule.at, clocks)}"
    if found.condition is not None:
        yield from _condition(found.condition, found, clocks, "")


def _standing(found: Explanation) -> str:
    match found.member:
        case True:
            return "is in"
        case False:
            return "is not in"
        case None:
            return "meets the draft of" if found.holds else "does not meet the draft of"


def _condition(found: Explained, whole: Explanation, clocks: Zone, indent: str) -> Iterator[str]:
    text = found.english if found.inside and found.evidence is None else found.text
    yield f"{indent}{'yes' if found.holds else 'no '} {text}"
    below = f"{indent}    "
    if found.evidence is not None:
        yield from (f"{below}{line}" for line in _evidence(found.evidence, clocks))
    if found.cut is not None:
        yield f"{below}judged by the whole record: {found.cut}"
    yield f"{below}{_since(found.turned, whole, clocks)}; {_until(found.turns, whole, clocks)}"
    for one in found.inside:
        yield from _condition(one, whole, clocks, below)


def _since(turn: Turn, whole: Explanation, clocks: Zone) -> str:
    if turn.at is not None:
        return f"since {moment(turn.at, clocks)}"
    if turn.known is Known.UNKNOWN:
        return f"since when is not known: {turn.reason}"
    return f"ever since the record exists ({moment(whole.exists_since, clocks)})"


def _until(turn: Turn, whole: Explanation, clocks: Zone) -> str:
    match turn.known:
        case Known.AT if turn.at is not None:
            return f"until {moment(turn.at, clocks)}, if nothing else happens"
        case Known.BEYOND:
            return f"time alone does not change it before {moment(whole.horizon, clocks)}"
        case Known.UNKNOWN:
            return f"until when is not known: {turn.reason}"
        case _:
            return "time alone does not change it"


def _evidence(found: Evidence, clocks: Zone) -> Iterator[str]:
    match found:
        case ValueFound():
            yield _value(found, clocks)
        case Matches():
            yield f"{found.measure} = {shown(found.value)}, of {found.count:,} that match"
            yield from (f"  {_happened(one, clocks)}" for one in found.interactions)
            if found.count > len(found.interactions):
                yield f"  and {found.count - len(found.interactions):,} before"
        case Chosen():
            if found.interaction is None:
                yield f"there is no {found.which} one"
            else:
                yield f"the {found.which} of {found.count:,}: {_happened(found.interaction, clocks)}"
        case StepsMet():
            yield f"{len(found.met)} of {found.steps} steps met"
            yield from (f"  {_happened(one, clocks)}" for one in found.met)
            if found.due is not None:
                yield f"  waited for until {moment(found.due, clocks)}"
        case RecordsFound():
            names = ", ".join(found.keys) + (", ..." if found.count > len(found.keys) else "")
            measured = f"{found.measure} = {shown(found.value)}"
            yield f"{measured}, of {found.count:,} that match among {found.reached:,}"
            if names:
                yield f"  {names}"
        case MembershipFound():
            since = "" if found.since is None else f" since {moment(found.since, clocks)}"
            yield f"{'in' if found.inside else 'not in'} {found.of} “{found.name}”{since}"
        case Crossings():
            yield f"{found.count:,} times"
            yield from (f"  {moment(one.at, clocks)}, version {one.version}" for one in found.crossings)
        case EntryFound():
            since = "" if found.at is None else f" since {moment(found.at, clocks)}"
            yield f"{found.topic}: {found.state}{since}"
        case HeldSince():
            yield (
                "not true now"
                if found.since is None or found.due is None
                else f"true since {moment(found.since, clocks)}, so long at {moment(found.due, clocks)}"
            )
        case RankFound():
            yield _rank(found)
        case Bucket():
            low, high = (f"{end * 100 / _OF_SAMPLE:g}%" for end in (found.low, found.high))
            yield f"at {found.bucket * 100 / _OF_SAMPLE:g}% of the sample, which takes {low} to {high}"
        case _:
            assert_never(found)


def _value(found: ValueFound, clocks: Zone) -> str:
    text = f"{found.attribute} is {shown(found.value)}"
    if found.key is None:
        return f"{text}: a reference on the way leads to no record"
    if found.since is not None:
        text += f" since {moment(found.since, clocks)}"
    if found.against:
        text += f", compared with {' and '.join(shown(one) for one in found.against)}"
    return text


def _rank(found: RankFound) -> str:
    if found.place is None:
        return f"not ranked among {found.candidates:,}"
    text = f"place {found.place:,} of {found.candidates:,} with {shown(found.value)}"
    if found.boundary is None:
        return text
    return f"{text}; the first {found.included:,} end with {found.boundary} at {shown(found.boundary_value)}"


def _happened(one: Happened, clocks: Zone) -> str:
    values = ", ".join(f"{name}: {shown(value)}" for name, value in one.attributes.items())
    return f"{one.type} {one.id} at {moment(one.at, clocks)}{f' ({values})' if values else ''}"


def moment(at: int, clocks: Zone) -> str:
    """An instant by the clocks of a zone, to the second; JSON has it whole, the heading names the zone."""
    return format_local(at, clocks)[:19].replace("T", " ")


def shown(value: Plain) -> str:
    """A value for people."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            return f"“{value}”" if not value[:1].isdigit() else value
        case list():
            return ", ".join(value)
        case dict():
            return ", ".join(f"{part:g}" for part in value.values())
        case _:
            return f"{value:,}"
