"""Memberships, bound: segments, lists, what was entered or left, and samples."""

from __future__ import annotations

from collections.abc import Iterable

from satsuma.kernel.limits import REFERENCE_DEPTH_MAX
from satsuma.kernel.names import name_key
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import is_well_formed, nfc
from satsuma.language import bound, tree
from satsuma.language.binding.context import UNKNOWN, Context, Records
from satsuma.language.binding.names import ListEntry, SegmentEntry
from satsuma.language.binding.operands import window
from satsuma.language.numbers import places
from satsuma.language.problems import within

SAMPLE_PLACES_MAX = 4
_PARTS_PER_PERCENT = 10_000


def in_segment(ctx: Context, node: tree.InSegment, subject: Records, path: str) -> bound.Condition:
    """Binds `segment`."""
    entry = _segment(ctx, node.segment, subject, within(path, "segment"))
    return UNKNOWN if entry is None else bound.InSegment(entry.id, entry.name)


def crossed(ctx: Context, node: tree.Crossed, subject: Records, path: str) -> bound.Condition:
    """Binds `entered` and `left`."""
    during = None if node.during is None else window(ctx, node.during, within(path, "during"))
    entry = _segment(ctx, node.segment, subject, within(path, node.direction))
    if entry is None:
        return UNKNOWN
    return bound.Crossed(node.direction == "entered", entry.id, entry.name, during)


def in_list(ctx: Context, node: tree.InList, subject: Records, path: str) -> bound.Condition:
    """Binds `list`."""
    at = within(path, "list")
    ref = node.list
    entry = ctx.names.find_list(ref.id if isinstance(ref, tree.RefId) else nfc(ref))
    if entry is None:
        name, hint = _named(ref, ctx.names.list_names())
        ctx.error("name.list", at, f"no list {name}", hint)
        return UNKNOWN
    if entry.audience != subject.entity.name:
        _wrong_audience(ctx, entry, subject, at)
        return UNKNOWN
    return bound.InList(entry.id, entry.name)


def _segment(ctx: Context, ref: tree.Ref, subject: Records, path: str) -> SegmentEntry | None:
    """The segment of a reference, fit to be referred to; None where a problem was noted."""
    own = ctx.own_name is not None and isinstance(ref, str) and name_key(ref) == name_key(ctx.own_name)
    entry = ctx.names.find_segment(ref.id if isinstance(ref, tree.RefId) else nfc(ref))
    if own or (entry is not None and entry.id == ctx.own_id):
        ctx.error("reference.cycle", path, "found the segment itself, expected another")
        return None
    if entry is None:
        name, hint = _named(ref, ctx.names.segment_names())
        ctx.error("name.segment", path, f"no segment {name}", hint)
        return None
    if entry.audience != subject.entity.name:
        _wrong_audience(ctx, entry, subject, path)
        return None
    if not entry.live:
        message = f"the segment {entry.name!r} is not live"
        ctx.error("reference.not_live", path, message, "let it go live first")
        return None
    return entry if _ends(ctx, entry, path) else None


def _named(ref: tree.Ref, names: Iterable[str]) -> tuple[str, str]:
    if isinstance(ref, tree.RefId):
        return f"with the number {ref.id}", ""
    return repr(ref), did_you_mean(ref, names)


def _wrong_audience(ctx: Context, entry: SegmentEntry | ListEntry, subject: Records, path: str) -> None:
    what = "segment" if isinstance(entry, SegmentEntry) else "list"
    message = f"the {what} {entry.name!r} holds records of {entry.audience!r}, not of {subject.entity.name!r}"
    ctx.error("reference.audience", path, message, 'reach other audiences with "related"')


def _ends(ctx: Context, entry: SegmentEntry, path: str) -> bool:
    """Whether following references from a segment ends, without coming back to the one being defined."""
    level = [entry]
    for _ in range(REFERENCE_DEPTH_MAX):
        following = [
            found
            for one in level
            for number in one.depends_on
            if (found := ctx.names.find_segment(number)) is not None
        ]
        if any(one.id == ctx.own_id for one in following):
            message = f"the segment {entry.name!r} depends on the segment that is being defined"
            ctx.error("reference.cycle", path, message)
            return False
        # A segment is looked at again on a lower level, so that levels are counted along the longest way.
        level = list({one.id: one for one in following}.values())
        if not level:
            return True
    message = f"found more than {REFERENCE_DEPTH_MAX} levels of segments behind {entry.name!r}"
    ctx.error("reference.too_deep", path, message)
    return False


def consent(ctx: Context, node: tree.Consent, path: str) -> bound.Condition:
    """Binds `consent`; topics are whatever the ledger holds."""
    if node.topic and is_well_formed(node.topic):
        return bound.Consent(nfc(node.topic), node.state)
    ctx.error("type.text", within(path, "consent"), "found no topic that can be stored")
    return UNKNOWN


def sample(ctx: Context, node: tree.Sample, path: str) -> bound.Condition:
    """Binds `sample`."""
    at = within(path, "sample")
    good = True
    for key, number in (("percent", node.percent), ("from", node.start)):
        fits = 0 <= number <= 100 and places(number) <= SAMPLE_PLACES_MAX and (number or key == "from")
        if not fits:
            least = "more than 0" if key == "percent" else "0 or more"
            most = f"100 at most, with {SAMPLE_PLACES_MAX} digits after the point at most"
            message = f"found {number}, expected {least} and {most}"
            ctx.error("value.percent", within(at, key), message)
            good = False
    if good and node.percent + node.start > 100:
        message = f"found a sample up to {node.percent + node.start} percent, expected at most 100"
        ctx.error("value.percent", at, message)
        good = False
    if not is_well_formed(node.salt):
        ctx.error("type.text", within(at, "salt"), "found a salt that has no UTF-8 form")
        good = False
    if not good:
        return UNKNOWN
    low = int(node.start * _PARTS_PER_PERCENT)
    return bound.Sample(low, low + int(node.percent * _PARTS_PER_PERCENT), node.salt)
