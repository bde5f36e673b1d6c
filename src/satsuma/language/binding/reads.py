"""Reads: paths as written to what is read, on one record or across interaction types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType
from satsuma.catalog.paths import PathFault, records, resolve
from satsuma.kernel.limits import PATH_STEPS_MAX
from satsuma.language import bound
from satsuma.language.binding.context import Context, Inside, Interactions, Records, Subject
from satsuma.language.bound import Builtin

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHOWN_MAX = 8

_ON_INTERACTIONS = {
    "id": (Builtin.ID, ValueType.TEXT),
    "occurred_at": (Builtin.OCCURRED_AT, ValueType.TIMESTAMP),
    "hour": (Builtin.HOUR, ValueType.INTEGER),
    "weekday": (Builtin.WEEKDAY, ValueType.CHOICE),
}


@dataclass(frozen=True, slots=True)
class Domain:
    """What values something has: an attribute, a built-in value or a measure.

    Attributes:
        what: For messages, such as `'city'`.
        options: Of a choice, the admitted values; None admits any.
        to: Of a reference, the entity referred to; None where it is not known.
        wide: A sum or an average of exact numbers, which may be larger than any one of them.
    """

    type: ValueType
    what: str
    options: tuple[str, ...] | None = None
    to: str | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """A read with the values that it may give."""

    read: bound.Read
    domain: Domain

    @property
    def is_id(self) -> bool:
        """Whether it reads the id of an interaction, which compares exactly although it is text."""
        return any(path.leaf is Builtin.ID for _, path in self.read.by_type)


def read(ctx: Context, subject: Subject, name: str, path: str) -> Typed | None:
    """What an attribute path reads on a subject; None where a problem was noted.

    Args:
        name: The path as written.
        path: Where it stands in the definition.
    """
    if isinstance(subject, Records):
        return _read_record(ctx, subject, name, path)
    if not subject.types:
        return _read_nothing(ctx, name, path)
    found: dict[str, _Found] = {}
    faults: list[PathFault] = []
    for interaction in subject.types:
        one = _find(ctx, interaction, name, path)
        if one is None:
            return None
        if isinstance(one, PathFault):
            faults.append(one)
        else:
            found[interaction.name] = one
    if not found:
        _unknown(ctx, name, path, faults)
        return None
    common = _common(ctx, {type_name: one.domain for type_name, one in found.items()}, name, path)
    if common is None:
        return None
    return Typed(bound.Read(common.type, tuple((key, one.path) for key, one in found.items()), name), common)


def read_member(ctx: Context, subject: Subject, name: str, path: str) -> Typed | None:
    """What an attribute path reads on the member whose interaction the subject is."""
    if isinstance(subject, Interactions):
        return _read_record(ctx, Records(subject.member), name, path)
    ctx.error(
        "place.member",
        path,
        'found "member" outside of a condition on interactions',
        'write {"attribute": ...} for another attribute of the same record',
    )
    return None


def steps(ctx: Context, owner: Entity, name: str, path: str) -> tuple[bound.Step, ...] | None:
    """The steps of a path that ends at records; None where a problem was noted."""
    hops = records(ctx.catalog, owner, name)
    if isinstance(hops, PathFault):
        code = "name.attribute" if hops.scalar is None else "path.not_reference"
        ctx.error(code, path, f"no relationship {hops.rest!r} on {hops.owner!r}", _hint(hops))
        return None
    if len(hops) > PATH_STEPS_MAX:
        _too_long(ctx, name, path, len(hops))
        return None
    return tuple(bound.Step(hop.attribute, hop.inverse, hop.target) for hop in hops)


@dataclass(frozen=True, slots=True)
class _Found:
    path: bound.Path
    domain: Domain


def _read_record(ctx: Context, subject: Records, name: str, path: str) -> Typed | None:
    one = _find(ctx, subject.entity, name, path)
    if isinstance(one, PathFault):
        _unknown(ctx, name, path, [one])
        return None
    if one is None:
        return None
    if subject.inside is Inside.HELD and one.path.hops:
        message = f"found {name!r} inside `held`, expected an attribute of the record itself"
        ctx.error("place.held", path, message)
        return None
    return Typed(bound.Read(one.domain.type, ((None, one.path),), name), one.domain)


def _read_nothing(ctx: Context, name: str, path: str) -> Typed | None:
    """A read where no interaction type fits yet: only what every interaction has is known."""
    if name not in _ON_INTERACTIONS:
        message = f"no attribute {name!r}: no interaction type fits the pattern yet"
        ctx.error("name.attribute", path, message)
        return None
    _, domain = _builtin(name)
    return Typed(bound.Read(domain.type, (), name), domain)


def _find(ctx: Context, owner: Entity | InteractionType, name: str, path: str) -> _Found | PathFault | None:
    """A path to one value from an owner; None where a problem was noted."""
    resolved = resolve(ctx.catalog, owner, name)
    if isinstance(resolved, PathFault):
        return resolved
    leaf = resolved.leaf
    if resolved.is_to_many or leaf is None:
        ctx.error(
            "path.to_many",
            path,
            f"{name!r} leads from {owner.name!r} to many records, expected one value",
            'ask about them with {"related": path, "where": ...}',
        )
        return None
    if len(resolved.hops) > PATH_STEPS_MAX:
        _too_long(ctx, name, path, len(resolved.hops))
        return None
    hops = tuple(hop.attribute for hop in resolved.hops)
    if isinstance(leaf, Attribute):
        return _Found(bound.Path(hops, leaf), Domain(leaf.type, repr(name), leaf.options, leaf.to))
    here = resolved.hops[-1].target if resolved.hops else owner
    if isinstance(here, Entity):
        key = Domain(ValueType.REFERENCE, repr(name), to=here.name)
        return _Found(bound.Path(hops, Builtin.KEY), key)
    builtin, domain = _builtin(leaf)
    return _Found(bound.Path(hops, builtin), domain)


def _builtin(name: str) -> tuple[Builtin, Domain]:
    builtin, value_type = _ON_INTERACTIONS[name]
    return builtin, Domain(value_type, repr(name), WEEKDAYS if builtin is Builtin.WEEKDAY else None)


def _common(ctx: Context, domains: Mapping[str, Domain], name: str, path: str) -> Domain | None:
    """What values an attribute has across interaction types; None where they do not go together."""
    types = {domain.type for domain in domains.values()}
    targets = {domain.to for domain in domains.values()}
    if all(value_type.is_numeric for value_type in types):
        exact = ValueType.INTEGER if types == {ValueType.INTEGER} else ValueType.DECIMAL
        return Domain(ValueType.NUMBER if ValueType.NUMBER in types else exact, repr(name))
    if len(types) > 1 or len(targets) > 1:
        each = ", ".join(
            f"{domain.to or domain.type.value} in {key!r}"
            for key, domain in islice(domains.items(), SHOWN_MAX)
        )
        ctx.error("type.conflict", path, f"{name!r} is {each}", "name the interaction types one by one")
        return None
    options: dict[str, None] | None = {}
    for domain in domains.values():
        options = (
            None if options is None or domain.options is None else options | dict.fromkeys(domain.options)
        )
    return Domain(types.pop(), repr(name), None if options is None else tuple(options), targets.pop())


def _unknown(ctx: Context, name: str, path: str, faults: Sequence[PathFault]) -> None:
    """Notes that a path names nothing on any of the owners."""
    first = faults[0]
    if first.scalar is not None and len(faults) == 1:
        ctx.error("path.not_reference", path, first.message)
        return
    owners = ", ".join(repr(fault.owner) for fault in faults[:SHOWN_MAX])
    rest = first.rest if len(faults) == 1 else name
    near = next((hint for fault in faults if (hint := _hint(fault))), "")
    ctx.error("name.attribute", path, f"no attribute {rest!r} on {owners}", near)


def _hint(fault: PathFault) -> str:
    if fault.near is not None or not fault.existing:
        return fault.hint
    more = ", ..." if len(fault.existing) > SHOWN_MAX else ""
    return f"there are {', '.join(fault.existing[:SHOWN_MAX])}{more}"


def _too_long(ctx: Context, name: str, path: str, length: int) -> None:
    message = f"{name!r} crosses {length} relationships, expected at most {PATH_STEPS_MAX}"
    ctx.error("path.too_long", path, message)
