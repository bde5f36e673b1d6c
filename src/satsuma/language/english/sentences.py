"""Sentences: the clauses of a condition, such as "who opened an email", with their subject around them.

Every form has a clause and its opposite; what has no opposite of its own is "not among those who ...". Groups
inside groups stand in parentheses, so that no sentence can be read in two ways.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

from satsuma.catalog.model import Catalog
from satsuma.kernel.zones import zone
from satsuma.language import tree
from satsuma.language.english.clauses import Speaker
from satsuma.language.english.messages import message
from satsuma.language.english.nouns import PEOPLE, plural, words_of


def english(
    definition: tree.Source | tree.Condition, catalog: Catalog | None = None, now: int | None = None
) -> str:
    """What a definition says, as one sentence without a full stop.

    Args:
        definition: A whole segment, or its condition alone.
        catalog: Tells the audience's name and the types of attributes; without it they are guessed.
        now: Microseconds UTC; where given, rolling windows say on which date they begin.

    >>> from satsuma.language.text import parse_text
    >>> english(parse_text('did email_opened at least 3 times where campaign is "spring"'))
    'Contacts who opened an email (whose campaign is “spring”) at least 3 times'
    """
    source = definition if isinstance(definition, tree.Source) else tree.Source(where=definition)
    speaker, subjects = _about(source, catalog, now)
    match source.where:
        case None:
            return _capital(message("sentence.static", subjects=subjects))
        case tree.All(()):
            return _capital(message("sentence.everyone", subjects=subjects))
        case tree.AnyOf(()):
            return _capital(message("sentence.nobody", subjects=subjects))
        case where:
            return _capital(message("sentence", subjects=subjects, clause=speaker.whole(where)))


Subject: TypeAlias = Literal["audience", "interactions", "records"]
"""Of what a condition speaks."""


def hover(condition: tree.Condition, catalog: Catalog | None = None, *, of: Subject = "audience") -> str:
    """What one condition asks, without what stands inside groups."""
    speaker, subjects = _about(tree.Source(where=condition), catalog, None)
    if of != "audience":
        speaker = replace(speaker, is_person=False, owner=None)
        subjects = message("subject.interactions" if of == "interactions" else "subject.records")
    match condition:
        case tree.All(conditions):
            return message("hover.all", n=len(conditions))
        case tree.AnyOf(conditions):
            return message("hover.any", n=len(conditions))
        case tree.Not(tree.All() | tree.AnyOf() | tree.Not() | tree.Held()):
            return message("hover.not")
        case _:
            return message("hover.leaf", subjects=subjects, clause=speaker.whole(condition))


def _about(source: tree.Source, catalog: Catalog | None, now: int | None) -> tuple[Speaker, str]:
    """Who speaks of whom: the audience, as the plural noun of the sentence."""
    audiences = () if catalog is None else catalog.audiences()
    only = audiences[0].name if len(audiences) == 1 else "contact"
    name = only if source.audience is None else source.audience
    owner = None if catalog is None else catalog.entities.get(name)
    timezone = source.timezone or (catalog.timezone if catalog is not None else "UTC")
    speaker = Speaker(
        is_person=name.lower() in PEOPLE,
        catalog=catalog,
        owner=owner,
        now=now,
        zone=None if now is None else zone(timezone),
    )
    noun = words_of(name)
    return speaker, plural(noun)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
