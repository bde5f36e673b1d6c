"""The small pieces of the text form: plain and quoted values, lists of them, comments."""

from __future__ import annotations

import json
import re

_ITEM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,]*?)\s*(?:,|$)')


def value_of(text: str) -> str:
    r"""A value as written: between quotes as in JSON, or else the text itself.

    >>> value_of('"a, b\u0021"'), value_of("a b")
    ('a, b!', 'a b')

    Raises:
        ValueError: It begins with a quote and is not a text of JSON.
    """
    if not text.startswith('"'):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError(f"found {text[:60]}, expected a text between two quotes, as in JSON") from None
    return str(found)


def values_of(text: str) -> list[tuple[int, str]]:
    """The values of a list with commas, each with the offset at which it stands; of nothing, none.

    >>> values_of('a, "b, c"')
    [(0, 'a'), (3, 'b, c')]

    Raises:
        ValueError: A value is empty, or cannot be read.
    """
    found: list[tuple[int, str]] = []
    place = 0
    while place < len(text):
        item = _ITEM.match(text, place)
        if item is None:
            raise ValueError(f"found {text[place:][:60]!r}, expected values with commas between them")
        if not item[1]:
            raise ValueError("found nothing between two commas, expected a value")
        found.append((item.start(1), value_of(item[1])))
        place = item.end()
    if text.rstrip().endswith(","):
        raise ValueError("found a comma at the end, expected a value after it")
    return found


def written(value: str, *, in_list: bool = False) -> str:
    """A value as `value_of` and, in a list, `values_of` read it.

    >>> written("a, b"), written("a, b", in_list=True), written(" a")
    ('a, b', '"a, b"', '" a"')
    """
    plain = (
        value
        and value == value.strip()
        and value.isprintable()
        and not value.startswith(('"', "#"))
        and not (in_list and "," in value)
    )
    return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())


def without_comments(lines: list[str]) -> list[str]:
    """The lines with those that begin with `#` emptied, so that all others stay at their number."""
    return ["" if line.lstrip().startswith("#") else line for line in lines]
