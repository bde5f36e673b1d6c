"""Types: names and patterns of interaction types, looked up in the catalog."""

from __future__ import annotations

from satsuma.catalog.model import Entity, InteractionType
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import nfc
from satsuma.language import tree
from satsuma.language.binding.context import Context, Interactions
from satsuma.language.binding.patterns import is_type_pattern, type_name, type_pattern


def types(ctx: Context, written: tree.Types, member: Entity, path: str) -> Interactions | None:
    """The interaction types meant, by name; None where a problem was noted.

    Args:
        member: The audience whose types they are.
    """
    own = {interaction.name: interaction for interaction in ctx.catalog.types_of(member.name)}
    found: dict[str, InteractionType] = {}
    good = True
    if not written.names:
        ctx.error("form.empty", path, "found no interaction type, expected at least one")
        return None
    for i, name in enumerate(written.names):
        at = path if len(written.names) == 1 else f"{path}[{i}]"
        fitting = _fitting(ctx, nfc(name), own, member, at)
        good = good and fitting is not None
        found |= {interaction.name: interaction for interaction in fitting or ()}
    return Interactions(tuple(found[name] for name in sorted(found)), member) if good else None


def _fitting(
    ctx: Context, name: str, own: dict[str, InteractionType], member: Entity, path: str
) -> tuple[InteractionType, ...] | None:
    """The types that a name or a pattern stands for; none is an error for a name, a warning for a pattern."""
    if is_type_pattern(name):
        pattern = type_pattern(name)
        fitting = tuple(one for one in own.values() if pattern.fullmatch(one.name))
        if not fitting:
            message = f"no interaction type of {member.name!r} fits the pattern {name!r} yet"
            ctx.error("warning.never_occurred", path, message, did_you_mean(name.replace("*", ""), own))
        return fitting
    exact = type_name(name)
    if exact in own:
        return (own[exact],)
    other = ctx.catalog.interactions.get(exact)
    if other is None:
        message = f"no interaction type {exact!r} of {member.name!r}"
        ctx.error("name.type", path, message, did_you_mean(exact, own))
    else:
        message = f"the interaction type {exact!r} belongs to {other.audience!r}, not to {member.name!r}"
        ctx.error("name.type", path, message, 'reach other audiences with "of" or "related"')
    return None
