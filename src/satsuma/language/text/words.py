"""Words of the text form: those that are reserved, and the names of months and days."""

from __future__ import annotations

import re
from collections.abc import Mapping

RESERVED: Mapping[str, str] = {
    # A name may stand where these may stand: the grammar itself could not tell the two apart.
    "all": "`all of (...)`, `has all of`",
    "any": "`any of (...)`",
    "at": "`at least`, `at most`",
    "average": "`average of ... over ...`",
    "between": "`between ... and ...`",
    "consent": '`consent "..." is granted`',
    "did": "`did ...`",
    "entered": "`entered segment ...`",
    "everyone": "`everyone`",
    "exactly": "`exactly 3 times`",
    "fewer": "`fewer than 3 times`",
    "first": "`first ... has ...`, `first time of ...`",
    "has": "`has ... where ...`",
    "in": "`in segment ...`, `in (...)`",
    "latest": "`latest ... has ...`, `latest time of ...`",
    "left": "`left segment ...`",
    "less": "`less than 3 times`",
    "lowest": "`lowest 5% by ...`",
    "maximum": "`maximum of ... over ...`",
    "minimum": "`minimum of ... over ...`",
    "more": "`more than 3 times`, `more than 30 days ago`",
    "no": "`has no ...`",
    "nobody": "`nobody`",
    "not": "`not ...`",
    "number": "`number of distinct ... over ...`",
    "of": "`sum of ...`",
    "related": "`over related ...`",
    "sample": "`sample 10% ...`",
    "segment": "`segment ...`",
    "sum": "`sum of ... over ...`",
    "time": "`first time of ...`",
    "top": "`top 5% by ...`",
    # These join or end conditions. They are kept from being names so that a slip is found where it is.
    "and": "`... and ...`",
    "by": "`by any of ...`, `top 5% by ...`",
    "during": "`during this year`",
    "except": "`... except ...`",
    "for": "`for at least 7 days`",
    "intersect": "`... intersect ...`",
    "is": "`... is ...`",
    "or": "`... or ...`",
    "over": "`sum of ... over ...`",
    "then": "`did ... then ...`",
    "union": "`... union ...`",
    "where": "`... where ...`",
    "with": "`starts with`, `with the same ...`",
    "within": "`within 7 days`",
    "without": "`without ...`",
}
"""Every reserved word, in any case, with where it is used. A name that is one stands in double quotes."""

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# As the grammar does: in any case, by the rules of regular expressions.
_RESERVED = re.compile("|".join(RESERVED), re.IGNORECASE)
_PLAIN = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_PLAIN_PATTERN = re.compile(r"[\w.]*\*[\w.*]*")


def is_plain_name(name: str) -> bool:
    """Whether a name needs no quotes: words of letters, digits and `_`, joined by dots, not reserved."""
    return _PLAIN.fullmatch(name) is not None and _RESERVED.fullmatch(name) is None


def is_plain_pattern(name: str) -> bool:
    """Whether a pattern of interaction types, such as `page_*`, can stand without quotes."""
    return _PLAIN_PATTERN.fullmatch(name) is not None
