"""A shop's catalog, segments and lists, which the tests of the checker share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from satsuma.catalog import change, declare
from satsuma.catalog.model import Attribute, Catalog, InteractionType
from satsuma.kernel.names import name_key
from satsuma.language import tree
from satsuma.language.binding import Binding, ListEntry, SegmentEntry, bind
from satsuma.language.wire import source_from_json

DECLARED: Mapping[str, Any] = {
    "timezone": "Europe/Berlin",
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "street": "text",
                "age": "integer",
                "score": "number",
                "spent": "decimal",
                "vip": "boolean",
                "tier": {"type": "choice", "options": ["bronze", "silver", "gold"]},
                "rank": {"type": "choice", "options": ["bronze", "silver"]},
                "tags": {"type": "choices", "options": ["a", "b", "c"]},
                "birthdate": "date",
                "renewal": "date",
                "created_at": "timestamp",
                "seen_at": "timestamp",
                "home": "location",
                "favourite.colour": "text",
                "account": {"type": "reference", "to": "account", "inverse": "contacts"},
                "former": {"type": "reference", "to": "account", "inverse": "leavers"},
                "friend": {"type": "reference", "to": "contact", "inverse": "befriended by"},
            },
        },
        "account": {
            "attributes": {
                "industry": "text",
                "revenue": "decimal",
                "founded": "date",
                "place": "location",
                "parent": {"type": "reference", "to": "account", "inverse": "children"},
            }
        },
        "partner": {"audience": True, "attributes": {"city": "text"}},
        "product": {"attributes": {"department": "text", "price": "decimal"}},
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {
                "amount": "decimal",
                "quantity": "integer",
                "weight": "number",
                "channel": {"type": "choice", "options": ["web", "shop"]},
                "delivered_at": "timestamp",
                "paid_on": "date",
                "shop_at": "location",
                "product": {"type": "reference", "to": "product"},
            },
        },
        "page_viewed": {"audience": "contact", "attributes": {"url": "text", "amount": "integer"}},
        "page_shared": {
            "audience": "contact",
            "attributes": {
                "url": "text",
                "amount": "text",
                "channel": {"type": "choice", "options": ["app"]},
            },
        },
        "odd*name": {"audience": "contact", "attributes": {}},
        "signed": {"audience": "partner", "attributes": {}},
    },
}


def catalog(declared: Mapping[str, Any] = DECLARED) -> Catalog:
    """The catalog of a declaration."""
    return change.apply(Catalog(), declare.read(declared))[0]


SHOP = catalog()


@dataclass(frozen=True, slots=True)
class ShopNames:
    """Segments, lists and aliases in memory."""

    segments: tuple[SegmentEntry, ...] = ()
    lists: tuple[ListEntry, ...] = ()
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    live_hashes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find_segment(self, ref: str | int) -> SegmentEntry | None:
        return next((one for one in self.segments if _is_meant(one, ref)), None)

    def find_list(self, ref: str | int) -> ListEntry | None:
        return next((one for one in self.lists if _is_meant(one, ref)), None)

    def segment_names(self) -> Iterable[str]:
        return [one.name for one in self.segments]

    def list_names(self) -> Iterable[str]:
        return [one.name for one in self.lists]

    def resolve_key(self, entity: str, key: str) -> str:
        return self.aliases.get((entity, key), key)

    def live_with_hash(self, canonical_hash: str) -> Iterable[SegmentEntry]:
        return [one for one in self.segments if one.id in self.live_hashes.get(canonical_hash, ())]


def _is_meant(entry: SegmentEntry | ListEntry, ref: str | int) -> bool:
    return entry.id == ref if isinstance(ref, int) else name_key(entry.name) == name_key(ref)


NAMES = ShopNames(
    segments=(
        SegmentEntry(1, "VIP", "contact", live=True),
        SegmentEntry(2, "Draft", "contact", live=False),
        SegmentEntry(3, "Resellers", "partner", live=True),
        SegmentEntry(4, "Uses VIP", "contact", live=True, depends_on=(1,)),
    ),
    lists=(ListEntry(1, "Newsletter", "contact"), ListEntry(2, "Trade", "partner")),
    aliases={("account", "old"): "new"},
)


@dataclass(frozen=True, slots=True)
class ShopStatistics:
    """Nothing is known of these attributes and types, by name."""

    missing: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def is_missing_for_all(self, attribute: Attribute) -> bool:
        return attribute.name in self.missing

    def never_occurred(self, interaction: InteractionType) -> bool:
        return interaction.name in self.never


def check(definition: Any, **given: Any) -> Binding:
    """The binding of a condition or a segment in JSON; about contacts where nothing else is said."""
    source = definition if isinstance(definition, tree.Source) else source_from_json(definition)
    if source.audience is None:
        source = tree.Source(
            source.where,
            source.name,
            "contact",
            source.kind,
            source.timezone,
            source.tests_in,
            source.tests_out,
        )
    return bind(source, SHOP, given.pop("names", NAMES), **given)


def bound_where(definition: Any, **given: Any) -> Any:
    """The bound condition of a definition without errors."""
    binding = check(definition, **given)
    assert binding.definition is not None, [str(problem) for problem in binding.problems]
    return binding.definition.where
