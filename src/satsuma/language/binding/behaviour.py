"""Conditions on interactions, bound: did, latest and first, sequences, rankings."""

from __future__ import annotations

from decimal import Decimal

from satsuma.catalog.model import Entity, InteractionType, ValueType
from satsuma.kernel.limits import SEQUENCE_STEPS_MAX
from satsuma.kernel.windows import Window
from satsuma.language import bound, tree
from satsuma.language.binding.context import UNKNOWN, Context, Interactions, Records
from satsuma.language.binding.measures import default_test, measure, test
from satsuma.language.binding.operands import positive, window
from satsuma.language.binding.reads import read, steps
from satsuma.language.binding.types import types
from satsuma.language.problems import within


def did(ctx: Context, node: tree.Did, subject: Records, path: str) -> bound.Condition:
    """Binds `did`."""
    of, member = None, subject.entity
    if node.of is not None:
        of, target = _audience_at(ctx, subject.entity, node.of, within(path, "of"))
        if target is None:
            return UNKNOWN
        member = target
    during = _during(ctx, node.during, path)
    if node.during is not None and isinstance(node.measure, tree.ActivePeriods):
        message = "found a window beside active_periods, which has its own"
        ctx.error("type.measure", within(path, "during"), message)
    meant = types(ctx, node.types, member, within(path, "did"))
    if meant is None:
        return UNKNOWN
    where = _where(ctx, node.where, meant, path)
    measured = measure(ctx, node.measure, meant, subject, within(path, "measure"))
    if measured is None:
        return UNKNOWN
    passes = test(ctx, node.test, measured[1], subject, within(path, "is"))
    if passes is None:
        return UNKNOWN
    return bound.Did(meant.types, of, where, during, measured[0], passes)


def _audience_at(
    ctx: Context, owner: Entity, name: str, path: str
) -> tuple[tuple[bound.Step, ...] | None, Entity | None]:
    of = steps(ctx, owner, name, path)
    if of is None:
        return None, None
    target = of[-1].target
    if target.audience:
        return of, target
    message = f"{name!r} leads to {target.name!r}, which is no audience and so has no interactions"
    ctx.error("path.not_audience", path, message)
    return None, None


def _during(ctx: Context, written: Window | None, path: str) -> Window | None:
    return None if written is None else window(ctx, written, within(path, "during"))


def _where(
    ctx: Context, written: tree.Condition | None, meant: Interactions, path: str
) -> bound.Condition | None:
    return None if written is None else ctx.bind(ctx, written, meant, within(path, "where"))


def occurrence(ctx: Context, node: tree.Occurrence, subject: Records, path: str) -> bound.Condition:
    """Binds `latest` and `first`."""
    during = _during(ctx, node.during, path)
    meant = types(ctx, node.types, subject.entity, within(path, node.which))
    if meant is None:
        return UNKNOWN
    where = _where(ctx, node.where, meant, path)
    has = ctx.bind(ctx, node.has, meant, within(path, "has"))
    return bound.Occurrence(node.which == "latest", meant.types, where, during, has)


def sequence(ctx: Context, node: tree.Sequence, subject: Records, path: str) -> bound.Condition:
    """Binds `sequence`."""
    at = within(path, "sequence")
    good = _steps_make_one(ctx, node, at)
    during = _during(ctx, node.during, path)
    bound_steps: list[bound.SequenceStep] = []
    for i, step in enumerate(node.steps):
        here = f"{at}[{i}]"
        pattern = _pattern(ctx, step.types, step.where, subject.entity, here)
        blocker = None
        if step.blocker is not None:
            inner = within(here, "not_did")
            blocker = _pattern(ctx, step.blocker.types, step.blocker.where, subject.entity, inner)
            good = good and blocker is not None
        if step.within is not None:
            good = positive(ctx, step.within, within(here, "within")) and good
        if pattern is None:
            good = False
        else:
            bound_steps.append(bound.SequenceStep(pattern, step.within, blocker))
    absence = None
    if node.absence is not None:
        here = f"{at}[{len(node.steps)}]"
        last = node.absence
        good = positive(ctx, last.within, within(here, "within")) and good
        pattern = _pattern(ctx, last.types, last.where, subject.entity, within(here, "not_did"))
        good = good and pattern is not None
        absence = None if pattern is None else bound.Absence(pattern, last.within)
    if not good:
        return UNKNOWN
    same = _same(ctx, node.same, bound_steps, subject.entity, within(path, "same"))
    return UNKNOWN if same is None else bound.Sequence(tuple(bound_steps), absence, during, same)


def _steps_make_one(ctx: Context, node: tree.Sequence, path: str) -> bool:
    many = len(node.steps) + (node.absence is not None)
    if not node.steps or many < 2:
        message = "found one step, expected a step that was done and another after it"
        ctx.error("form.steps", path, message, "one interaction alone is asked for with did")
        return False
    if many > SEQUENCE_STEPS_MAX:
        ctx.error("form.too_long", path, f"found {many} steps, expected at most {SEQUENCE_STEPS_MAX}")
        return False
    first = node.steps[0]
    if first.within is None and first.blocker is None:
        return True
    message = "found within or not_did in the first step, which has none before it"
    ctx.error("form.steps", f"{path}[0]", message)
    return False


def _pattern(
    ctx: Context, written: tree.Types, where: tree.Condition | None, member: Entity, path: str
) -> bound.Pattern | None:
    meant = types(ctx, written, member, within(path, "did"))
    return None if meant is None else bound.Pattern(meant.types, _where(ctx, where, meant, path))


def _same(
    ctx: Context, names: tuple[str, ...], patterns: list[bound.SequenceStep], member: Entity, path: str
) -> tuple[bound.Read, ...] | None:
    """One read for each name over the types of all steps; None where a problem was noted."""
    meant: dict[str, InteractionType] = {
        interaction.name: interaction for step in patterns for interaction in step.pattern.types
    }
    all_types = Interactions(tuple(meant[name] for name in sorted(meant)), member)
    found: list[bound.Read] = []
    for i, name in enumerate(names):
        typed = read(ctx, all_types, name, f"{path}[{i}]")
        if typed is None:
            return None
        if typed.domain.type is ValueType.LOCATION:
            message = f"{typed.domain.what} is of type location, and places are near or far but never equal"
            ctx.error("type.operator", f"{path}[{i}]", message)
            return None
        found.append(typed.read)
    return tuple(found)


def top(ctx: Context, node: tree.Top, subject: Records, path: str) -> bound.Condition:
    """Binds `top`."""
    good = _how_many_fits(ctx, node, within(path, "top"))
    of = _ranked_by(ctx, node, subject, path)
    among = None
    if node.among is not None:
        among = ctx.bind(ctx, node.among, subject, within(path, "among"))
    if of is None or not good:
        return UNKNOWN
    percent = None if node.percent is None else Decimal(node.percent)
    return bound.Top(percent, node.count, of, among, node.lowest)


def _how_many_fits(ctx: Context, node: tree.Top, path: str) -> bool:
    if node.percent is not None and not 0 < node.percent <= 100:
        message = f"found {node.percent} percent, expected more than 0 and at most 100"
        ctx.error("value.percent", within(path, "percent"), message)
        return False
    if node.count is not None and node.count < 1:
        ctx.error("value.count", within(path, "count"), f"found {node.count}, expected at least 1")
        return False
    return True


def _ranked_by(ctx: Context, node: tree.Top, subject: Records, path: str) -> bound.Did | bound.Read | None:
    at = within(path, "by")
    if node.attribute is not None:
        for key, value in (("did", node.types), ("where", node.where), ("during", node.during)):
            if value is not None:
                message = f"found {key!r} beside a ranking by an attribute"
                ctx.error("form.unknown_key", within(path, key), message)
        typed = read(ctx, subject, node.attribute, within(at, "attribute"))
        if typed is None:
            return None
        if typed.domain.type.is_ordered:
            return typed.read
        message = f"{typed.domain.what} is of type {typed.domain.type.value}, expected a number or a time"
        ctx.error("type.measure", within(at, "attribute"), message)
        return None
    if node.types is None or node.measure is None:
        message = "found a ranking by a measure without interactions"
        ctx.error("form.missing_key", path, message, 'name them with "did"')
        return None
    during = _during(ctx, node.during, path)
    if node.during is not None and isinstance(node.measure, tree.ActivePeriods):
        message = "found a window beside active_periods, which has its own"
        ctx.error("type.measure", within(path, "during"), message)
    meant = types(ctx, node.types, subject.entity, within(path, "did"))
    if meant is None:
        return None
    where = _where(ctx, node.where, meant, path)
    measured = measure(ctx, node.measure, meant, subject, at)
    if measured is None:
        return None
    if measured[1].type.is_ordered:
        return bound.Did(meant.types, None, where, during, measured[0], default_test())
    ctx.error(
        "type.measure", at, f"{measured[1].what} is of type {measured[1].type.value}, which has no order"
    )
    return None
