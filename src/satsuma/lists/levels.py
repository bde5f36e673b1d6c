"""Levels of consent: the usual ladder as topics, each of which includes those before it; and *do not email*.

    none < consent < transactional < subscriptions < marketing < profiling

To set a level is to grant its topic and all below it and to deny those above. Topics beside these are free.
"""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.record.consent import DENIED, GRANTED, ConsentEntry

NONE = "none"
SUBSCRIPTIONS = "subscriptions"
MARKETING = "marketing"
TOPICS = ("consent", "transactional", SUBSCRIPTIONS, MARKETING, "profiling")
LEVELS = (NONE, *TOPICS)

DO_NOT_EMAIL = "email"
"""The topic whose denial is *do not email*: it goes before every list and every other topic."""


def states_of_level(level: str) -> dict[str, str]:
    """What a level grants and denies: topic → state.

    Raises:
        UsageError: There is no such level.

    >>> states_of_level("transactional")["subscriptions"]
    'denied'
    """
    if level not in LEVELS:
        listed = ", ".join(LEVELS)
        raise UsageError(
            f"found the level {level!r}, expected one of: {listed}",
            code="usage.consent_level",
            hint=did_you_mean(level, LEVELS),
        )
    height = LEVELS.index(level)
    return {topic: GRANTED if place < height else DENIED for place, topic in enumerate(TOPICS)}


def level_of(states: Mapping[str, ConsentEntry]) -> str:
    """The highest level of which everything is granted."""
    found = NONE
    for topic in TOPICS:
        if topic not in states or states[topic].state != GRANTED:
            break
        found = topic
    return found
