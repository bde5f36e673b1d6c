"""Random definitions over the small world: conditions of every kind, combined, some on other segments."""

from __future__ import annotations

from random import Random

ATTRIBUTES = (
    'city is "Paris"',
    "city is missing",
    'city in ("Lyon", "Nice")',
    "age >= 30",
    "age between 20 and 40",
    'account.plan is "pro"',
    "has at least 2 account.contacts",
    "account.seats > 5",
    "born has anniversary today",
    "born has anniversary in the next 7 days",
    "seen in the last 3 days",
    "seen between 6 and 2 days ago",
    "seen more than 5 days ago",
    'city is "Paris" for at least 2 days',
    'in list "News"',
    'consent "email" is granted',
    "not city is present",
    "everyone",
)
BEHAVIOUR = (
    "did purchase",
    "did purchase in the last 3 days",
    "did purchase between 6 and 2 days ago",
    "did purchase more than 4 days ago",
    "did purchase in the next 2 days",
    "did purchase during this week",
    "did visit during yesterday",
    "did visit during last month",
    "did purchase in the last 10 days where amount >= 20",
    'did purchase where by.plan is "pro"',
    "did any of (purchase, visit) at least 3 times in the last 10 days",
    "did purchase on at least 2 days in the last 20 days",
    "sum of amount over purchase in the last 10 days >= 40",
    "latest of amount over purchase > 25",
    "did visit then purchase within 2 days",
    "did visit then not purchase within 2 days",
    "did visit then purchase within 4 days without visit",
    "top 2 by sum of amount over purchase",
    "did purchase by any of account.contacts in the last 5 days",
    "did visit at most 1 time",
)
REFERRING = (
    'segment "{}"',
    'not segment "{}"',
    'entered segment "{}" in the last 5 days',
    'left segment "{}" in the last 5 days',
)


def condition(random: Random, others: list[str]) -> str:
    """One, in words.

    Args:
        random: Where chance comes from.
        others: Names of segments that it may refer to.
    """
    parts = [_part(random, others) for _ in range(random.choice((1, 1, 2, 2, 3)))]
    return "(" + random.choice((") and (", ") or (", ") and not (")).join(parts) + ")"


def _part(random: Random, others: list[str]) -> str:
    if others and random.random() < 0.3:
        return random.choice(REFERRING).format(random.choice(others))
    return random.choice(random.choice((ATTRIBUTES, BEHAVIOUR)))
