"""Hovering: what the innermost condition around a place in a text says."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.catalog.model import Catalog
from satsuma.language import tree
from satsuma.language.english import hover
from satsuma.language.english.sentences import Subject
from satsuma.language.text import Parsed, TextError, parse_located
from satsuma.language.text.parser import conditions_of


@dataclass(frozen=True, slots=True)
class Hover:
    """What a part of a text says.

    Attributes:
        start, end: Offsets in characters; `end` is after the last.
        path: Of the condition in the JSON form.
        text: One sentence.
    """

    start: int
    end: int
    path: str
    text: str


def hover_at(text: str, offset: int, catalog: Catalog | None = None) -> Hover | None:
    """What the innermost condition around a place says; None outside of all, or if the text cannot be read.

    Args:
        offset: Characters from the start of the text.
    """
    try:
        parsed = parse_located(text)
    except TextError:
        return None
    found: Hover | None = None
    for path, _, node in conditions_of(parsed.condition):
        span = parsed.spans.get(path)
        if span is None or not span.start <= offset <= span.end:
            continue
        if found is None or (span.start, -span.end) >= (found.start, -found.end):
            said = hover(node, catalog, of=_subject(parsed, path))
            found = Hover(span.start, span.end, path, said)
    return found


def _subject(parsed: Parsed, path: str) -> Subject:
    """Of what a condition speaks: the audience or, inside of a clause, interactions or related records."""
    subject: Subject = "audience"
    for outer, _, node in conditions_of(parsed.condition):
        if path.startswith((f"{outer}.where", f"{outer}.has", f"{outer}.sequence")):
            match node:
                case tree.Did() | tree.Sequence() | tree.Occurrence() | tree.Top():
                    subject = "interactions"
                case tree.Related():
                    subject = "records"
                case _:
                    pass
    return subject
