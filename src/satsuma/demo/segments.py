"""The demo's segments, in the order in which they go live: one of each form that a shop would use."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.language.tree import Kind


@dataclass(frozen=True, slots=True)
class DemoSegment:
    """A segment of the demo: its name, its definition in text form, and what it shows."""

    name: str
    where: str
    about: str
    kind: Kind = Kind.DYNAMIC


SEGMENTS = (
    DemoSegment("In Berlin", 'city is "Berlin"', "a profile attribute"),
    DemoSegment("Near Hamburg", "home within 50 km of (53.551, 9.994)", "a distance"),
    DemoSegment("Silver and gold", 'tier in ("silver", "gold")', "a choice"),
    DemoSegment(
        "At travel companies", 'account.industry in ("Tourism", "Retail")', "an attribute of the account"
    ),
    DemoSegment(
        "Engaged readers", "did email_opened at least 3 times in the last 30 days", "a count in a window"
    ),
    DemoSegment(
        "Unengaged",
        "did email_delivered in the last 60 days and not did email_opened in the last 60 days",
        "something done and something not done",
    ),
    DemoSegment(
        "Big spenders", "sum of amount over purchase in the last 90 days >= 300", "an exact sum of money"
    ),
    DemoSegment(
        "Lapsed buyers",
        "did purchase and not did purchase in the last 180 days",
        "bought once, but not lately",
    ),
    DemoSegment(
        "Boot buyers",
        'did purchase in the last 365 days where product.category is "Boots"',
        "an interaction seen through its product",
    ),
    DemoSegment(
        "Webinar regulars",
        'has at least 2 registrations where (event.kind is "webinar" and attended is true)',
        "related records",
    ),
    DemoSegment(
        "From form to purchase",
        "did form_submitted then purchase within 7 days",
        "a sequence",
    ),
    DemoSegment(
        "Abandoned carts",
        "did cart_added then not purchase within 2 days during last 14 days",
        "a step that did not follow",
    ),
    DemoSegment("Birthday soon", "birthdate has anniversary in the next 7 days", "a date without its year"),
    DemoSegment("Best customers", "top 5% by sum of amount over purchase in the last 365 days", "a ranking"),
    DemoSegment("Test group", 'sample 10% salt "spring-test"', "a repeatable sample"),
    DemoSegment(
        "Spring audience",
        'segment "Engaged readers" union segment "Big spenders" except segment "Lapsed buyers"',
        "other segments, combined",
        Kind.COMPOUND,
    ),
)
