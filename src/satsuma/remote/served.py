"""Served: what of a workspace can be called from another process, and what cannot.

The classes are named here; of them every public method and property is served, found by looking at the class,
so that a method that is added is served without more ado. What a method gives is a value (dataclasses of
ours, tables, numbers, text) or again an object of a served class, which stays where it is and is referred to.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

from satsuma.kernel.errors import Error, UsageError

_DUNDERS = frozenset({"__contains__", "__eq__", "__getitem__", "__hash__", "__iter__", "__len__", "__repr__"})


@dataclass(frozen=True, slots=True)
class Rule:
    """About one class.

    Attributes:
        parts: Attributes of its objects, beside the properties of the class, that are served.
        here: Methods that the caller's side runs by itself, by other methods.
        never: Public names that are not served.
    """

    parts: tuple[str, ...] = ()
    here: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


RULES: Mapping[str, Rule] = {
    "satsuma.access.audit:Audit": Rule(never=frozenset({"write"})),
    "satsuma.access.keys:Keys": Rule(never=frozenset({"find", "reload", "sender"})),
    "satsuma.access.people:People": Rule(never=frozenset({"reload", "sign_in"})),
    "satsuma.access.links:PasswordLinks": Rule(never=frozenset({"redeem"})),
    "satsuma.access.service:Access": Rule(
        parts=("audit", "keys", "links", "people", "units"), never=frozenset({"sight_of"})
    ),
    "satsuma.access.units:Units": Rule(never=frozenset({"reload", "sight_of"})),
    "satsuma.commit.catalogs:Catalogs": Rule(),
    "satsuma.commit.changes:MembershipChanges": Rule(),
    "satsuma.commit.feed:Feed": Rule(),
    "satsuma.evaluation.definition:Definition": Rule(
        here=frozenset(
            {"__eq__", "__hash__", "__repr__", "canonical_hash", "check", "from_json", "parse"}
            | {"to_json", "to_json_text", "to_text", "where", "parsed", "source", "names"}
        ),
    ),
    "satsuma.insights.service:Insights": Rule(),
    "satsuma.lists.centers:Center": Rule(),
    "satsuma.lists.centers:Centers": Rule(),
    "satsuma.lists.consent:Consent": Rule(),
    "satsuma.lists.forms:Forms": Rule(),
    "satsuma.lists.mail:Mail": Rule(),
    "satsuma.lists.marketing_list:MarketingList": Rule(),
    "satsuma.lists.service:Lists": Rule(),
    "satsuma.membership.snapshot:Snapshot": Rule(never=frozenset({"standing"})),
    "satsuma.segments.jobs:Job": Rule(
        parts=("progress", "state"), here=frozenset({"settle"}), never=frozenset({"check"})
    ),
    "satsuma.segments.members:Members": Rule(here=frozenset({"export", "to_pandas"})),
    "satsuma.segments.segment:Segment": Rule(),
    "satsuma.segments.service:Segments": Rule(),
    "satsuma.segments.templates:Templates": Rule(),
    "satsuma.sync.importer:Importer": Rule(),
    "satsuma.sync.planning:Plan": Rule(),
    "satsuma.sync.planning:PlannedFile": Rule(never=frozenset({"reader"})),
    "satsuma.sync.tracking.tracker:Tracker": Rule(never=frozenset({"close", "submit"})),
    "satsuma.sync.webhooks.service:Webhooks": Rule(never=frozenset({"note"})),
    "satsuma.workspace:Workspace": Rule(
        parts=(
            *("access", "catalog", "centers", "changes", "consent", "feed", "forms", "importer"),
            *("insights", "lists", "mail", "segments", "templates", "tracking", "webhooks"),
        ),
        here=frozenset({"close"}),
        never=frozenset({"acting", "announce", "keep_time", "sight", "webhook_worker"}),
    ),
}

ARGUMENTS = frozenset(
    {
        "satsuma.access.keys:KeyKind",
        "satsuma.access.roles:Role",
        "satsuma.lists.center_content:Content",
        "satsuma.lists.center_content:Shown",
        "satsuma.lists.center_content:Texts",
        "satsuma.segments.blanks:Blank",
        "satsuma.segments.blanks:BlankKind",
        "satsuma.segments.gate:Status",
        "satsuma.commit.changes:Place",
        "satsuma.sync.options:ImportOptions",
    }
)
"""Classes of ours that callers may pass; all other classes are made by the workspace alone."""


@dataclass(frozen=True, slots=True)
class Served:
    """A served class: the names that can be called and read on its objects."""

    name: str
    kind: type
    calls: frozenset[str]
    reads: frozenset[str]
    here: frozenset[str]


def name_of(kind: type) -> str:
    """How a class is named on the wire."""
    return f"{kind.__module__}:{kind.__qualname__}"


def served_of(value: object) -> Served | None:
    """The served class of an object; None where it is not of one."""
    for kind in type(value).__mro__:
        if name_of(kind) in RULES:
            return served(name_of(kind))
    return None


@cache
def served(name: str) -> Served:
    """A served class by its name.

    Raises:
        UsageError: It is not served.
    """
    rule = RULES.get(name)
    if rule is None:
        raise UsageError(f"objects of {name} are not served", code="remote.not_served")
    kind = class_named(name)
    calls, reads = set[str](), set(rule.parts)
    if dataclasses.is_dataclass(kind):
        reads |= {field.name for field in dataclasses.fields(kind) if not field.name.startswith("_")}
    for found, member in _members(kind):
        if found.startswith("_") and found not in _DUNDERS:
            continue
        if isinstance(member, property):
            reads.add(found)
        elif inspect.isfunction(member):
            calls.add(found)
    kept_here = rule.here | rule.never
    return Served(name, kind, frozenset(calls - kept_here), frozenset(reads - kept_here), rule.here)


def _members(kind: type) -> list[tuple[str, Any]]:
    ours = [one for one in kind.__mro__ if one.__module__.startswith("satsuma.")]
    return [member for one in reversed(ours) for member in vars(one).items()]


def class_named(name: str) -> type:
    """A class of ours by its name on the wire: served, a dataclass, an enumeration or an error.

    Raises:
        UsageError: There is none of that name.
    """
    module, _, path = name.partition(":")
    if module.split(".")[0] == "satsuma" and module.split(".")[1:2] != ["cli"] and path.isidentifier():
        try:
            found = getattr(import_module(module), path, None)
        except ImportError:
            found = None
        if isinstance(found, type) and found.__module__ == module:
            is_value = dataclasses.is_dataclass(found) or issubclass(found, Enum | Error)
            if is_value or name in RULES:
                return found
    raise UsageError(f"there is no class {name!r} to be read here", code="remote.class")
