"""Bind: a whole segment checked against a catalog and a workspace's names."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.catalog.audiences import default_audience
from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.zones import Zone, zone
from satsuma.language import bound, tree
from satsuma.language.binding.conditions import bind_condition
from satsuma.language.binding.context import Context, Inside, Records
from satsuma.language.binding.names import NO_NAMES, Names, Statistics
from satsuma.language.binding.size import check_size
from satsuma.language.binding.warnings import warn
from satsuma.language.canonical import canonical_hash
from satsuma.language.problems import Problem, Problems
from satsuma.language.references import with_ids


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of checking a segment.

    Attributes:
        definition: None where there are errors, and for static segments, which have no condition.
        problems: Errors and warnings, in the order in which they were found.
        canonical_hash: What `Names.live_with_hash` is asked with: of the condition with references by number,
            in its own zone and audience. None where there is no definition.
    """

    definition: bound.Definition | None
    problems: tuple[Problem, ...]
    canonical_hash: str | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep it from going live."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that do not."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def bind(
    source: tree.Source,
    catalog: Catalog,
    names: Names = NO_NAMES,
    *,
    statistics: Statistics | None = None,
    own_id: int | None = None,
) -> Binding:
    """Checks a segment as written and resolves everything in it.

    Args:
        source: As read from JSON or text.
        catalog: What its names are looked up in.
        names: Segments, lists and aliases it may refer to.
        statistics: For warnings about the data; without it there are none.
        own_id: The segment's number where it exists already; it may not depend on itself.
    """
    problems = Problems()
    audience = _audience(source, catalog, problems)
    clocks = _zone(source, catalog, problems)
    _check_tests(source, problems)
    if source.where is None:
        if source.kind is not tree.Kind.STATIC:
            problems.add(
                "segment.where", "where", f"found no condition, which a {source.kind.value} segment needs"
            )
        return Binding(None, tuple(problems.found))
    if source.kind is tree.Kind.STATIC:
        problems.add(
            "segment.where", "where", "found a condition in a static segment, whose members are picked"
        )
        return Binding(None, tuple(problems.found))
    if not check_size(source.where, "where", problems) or audience is None or clocks is None:
        return Binding(None, tuple(problems.found))
    ctx = Context(
        catalog, names, clocks, problems, _own_id(source, names, own_id), source.name, bind_condition
    )
    inside = Inside.COMPOUND if source.kind is tree.Kind.COMPOUND else Inside.NOTHING
    where = bind_condition(ctx, source.where, Records(audience, inside), "where")
    if problems.has_errors:
        return Binding(None, tuple(problems.found))
    definition = bound.Definition(where, audience, clocks.name, catalog.version)
    digest = canonical_hash(by_number(source.where, names), clocks.name, audience.name)
    warn(ctx, definition, digest, statistics)
    return Binding(definition, tuple(problems.found), digest)


def by_number(condition: tree.Condition, names: Names) -> tree.Condition:
    """A condition with references by number, as it is stored."""

    def segment(name: str) -> int | None:
        entry = names.find_segment(name)
        return None if entry is None else entry.id

    def in_list(name: str) -> int | None:
        entry = names.find_list(name)
        return None if entry is None else entry.id

    return with_ids(condition, segment, in_list)


def _audience(source: tree.Source, catalog: Catalog, problems: Problems) -> Entity | None:
    """The audience that is named, else the default."""
    audiences = {entity.name: entity for entity in catalog.audiences()}
    if source.audience is None:
        default = default_audience(catalog)
        if default is None:
            listed = ", ".join(audiences) or "none"
            message = f"found no audience, and the catalog has {len(audiences)}; expected one of {listed}"
            problems.add("segment.audience", "audience", message)
        return default
    found = audiences.get(source.audience)
    if found is None:
        other = "is no audience" if source.audience in catalog.entities else "does not exist"
        message = f"the entity {source.audience!r} {other}; expected one of {', '.join(audiences) or 'none'}"
        problems.add("segment.audience", "audience", message, did_you_mean(source.audience, audiences))
    return found


def _zone(source: tree.Source, catalog: Catalog, problems: Problems) -> Zone | None:
    try:
        return zone(source.timezone or catalog.timezone)
    except UsageError as error:
        problems.add_error("segment.timezone", "timezone", error)
        return None


def _check_tests(source: tree.Source, problems: Problems) -> None:
    outside = set(source.tests_out)
    for i, key in enumerate(source.tests_in):
        if key in outside:
            message = f"found {key!r} both in and out, expected it in one of them"
            problems.add("segment.tests", f"tests.in[{i}]", message)


def _own_id(source: tree.Source, names: Names, own_id: int | None) -> int | None:
    if own_id is not None or source.name is None:
        return own_id
    entry = names.find_segment(source.name)
    return None if entry is None else entry.id
