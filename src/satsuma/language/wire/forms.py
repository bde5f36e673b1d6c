"""Forms: the table of conditions, from the key that tells each to its reader."""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.language import tree
from satsuma.language.problems import Problems
from satsuma.language.wire import behaviour, conditions
from satsuma.language.wire.reader import Form, Reader, is_too_deep

FORMS: Mapping[str, Form] = {
    "all": conditions.all_of,
    "any": conditions.any_of,
    "not": conditions.negated,
    "attribute": conditions.attribute,
    "related": conditions.related,
    "did": behaviour.did,
    "latest": behaviour.latest,
    "first": behaviour.first,
    "sequence": behaviour.sequence,
    "held": conditions.held,
    "segment": conditions.segment,
    "list": conditions.in_list,
    "entered": conditions.entered,
    "left": conditions.left,
    "consent": conditions.consent,
    "top": behaviour.top,
    "sample": conditions.sample,
}
"""No form has the telling key of another among its further keys, save `top`, which may have `did`."""


def condition_from_json(value: object, problems: Problems, path: str = "where") -> tree.Condition:
    """The condition of parsed JSON.

    Args:
        value: Parsed JSON; numbers may be `int`, `float` or `Decimal`.
        problems: Where everything that is wrong is noted.
        path: What the paths of problems begin with.

    Returns:
        The condition; beside errors in `problems`, one that is only fit to be checked for further problems.
    """
    if is_too_deep(value):
        problems.add("form.too_deep", path, "found JSON nested deeper than any definition is")
        return tree.EVERYONE
    return Reader(problems, FORMS).condition(value, path)
