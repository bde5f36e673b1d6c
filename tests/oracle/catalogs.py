"""Random catalogs, as people declare them: every type of attribute, odd names, circular references."""

from __future__ import annotations

from typing import Any

from tests.oracle.pools import OPTIONS, ZONES, Draw

_ODD = (
    "address.city",
    'say "hi"',
    "ΑΣ",
    "last",
    "favourite colour",
    "where",
    "it's",
    "naïve",
    "a.b.c",
    "2nd",
    "%",
)
"""Names that text must quote, that paths must take whole, that SQL must not splice."""

_CONTACT = {
    "city": "text", "note": "text", "age": "integer", "visits": "integer", "score": "number",
    "weight": "number",
    "spent": "decimal", "owed": "decimal", "vip": "boolean", "birth": "date", "renewal": "date",
    "created": "timestamp", "seen": "timestamp", "tier": "choice", "rank": "choice", "tags": "choices",
    "home": "location",
}  # fmt: skip
_ACCOUNT = {
    "industry": "text", "size": "integer", "revenue": "decimal", "growth": "number", "founded": "date",
    "signed": "timestamp", "plan": "choice", "labels": "choices", "site": "location", "active": "boolean",
}  # fmt: skip
_PARTNER = {"city": "text", "level": "integer", "since": "date"}
_PRODUCT = {"name": "text", "price": "decimal", "stock": "integer", "digital": "boolean"}
_TYPES: dict[str, dict[str, str]] = {
    "purchase": {
        "amount": "decimal", "quantity": "integer", "weight": "number", "channel": "choice", "note": "text",
        "delivered": "timestamp", "paid": "date", "gift": "boolean",
    },
    "page_viewed": {"url": "text", "amount": "integer", "note": "text", "channel": "choice"},
    "page_shared": {"url": "text", "amount": "number", "labels": "choices", "paid": "date"},
    "odd*name": {"note": "text", "amount": "decimal", "place": "location", "delivered": "timestamp"},
}  # fmt: skip


def declaration(draw: Draw) -> dict[str, Any]:
    """A random catalog with the audiences `contact` and `partner`."""
    contact = _attributes(draw, _CONTACT, keep=0.9)
    contact["account"] = _reference("account", "contacts")
    contact["friend"] = _reference("contact", "befriended by")
    if draw.chance(0.5):
        contact["former"] = _reference("account", None)
    account = _attributes(draw, _ACCOUNT, keep=0.85)
    account["parent"] = _reference("account", "children")
    account["owner"] = _reference("contact", "owned")
    partner = _attributes(draw, _PARTNER, keep=0.9)
    partner["account"] = _reference("account", "partners")
    types = {
        name: _type(draw, own) for name, own in _TYPES.items() if name == "purchase" or draw.chance(0.85)
    }
    types["signed"] = {"audience": "partner", "attributes": {"amount": "decimal", "note": "text"}}
    return {
        "timezone": draw.choice(ZONES),
        "entities": {
            "contact": {"audience": True, "attributes": contact},
            "account": {"attributes": account},
            "partner": {"audience": True, "attributes": partner},
            "product": {"attributes": dict(_PRODUCT)},
        },
        "interactions": types,
    }


def _attributes(draw: Draw, given: dict[str, str], *, keep: float) -> dict[str, Any]:
    """Most of them, some under an odd name."""
    odd = draw.some(_ODD, len(_ODD), len(_ODD))
    found: dict[str, Any] = {}
    for name, value_type in given.items():
        if draw.chance(keep):
            found[odd.pop() if odd and draw.chance(0.12) else name] = _with_options(draw, value_type)
    return found


def _with_options(draw: Draw, value_type: str) -> Any:
    if value_type not in ("choice", "choices") or draw.chance(0.3):
        return value_type
    return {"type": value_type, "options": draw.some(OPTIONS, 4, 6)}


def _type(draw: Draw, own: dict[str, str]) -> dict[str, Any]:
    attributes = {name: _with_options(draw, of) for name, of in own.items() if draw.chance(0.9)}
    attributes["product"] = {"type": "reference", "to": "product"}
    if draw.chance(0.5):
        attributes["seller"] = {"type": "reference", "to": "contact"}
    return {"audience": "contact", "attributes": attributes}


def _reference(to: str, inverse: str | None) -> dict[str, str]:
    return {"type": "reference", "to": to, **({} if inverse is None else {"inverse": inverse})}
