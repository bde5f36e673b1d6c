"""Suggest: the name that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from satsuma.kernel.limits import SUGGESTION_CANDIDATES_MAX
from satsuma.kernel.text import fold

_LIKENESS_MIN = 0.6


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like a word, without regard to case; None where none is like it.

    The order of the candidates does not matter, as long as there are at most SUGGESTION_CANDIDATES_MAX of
    them; of more, the first in order of code points are looked at.

    >>> nearest("ctiy", ["city", "country"])
    'city'
    """
    by_folded: dict[str, str] = {}
    for candidate in islice(sorted(candidates), SUGGESTION_CANDIDATES_MAX):
        by_folded.setdefault(fold(candidate), str(candidate))  # the word, of an enum
    found = get_close_matches(fold(word), by_folded, n=1, cutoff=_LIKENESS_MIN)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint naming the nearest candidate, or an empty one where none is near.

    >>> did_you_mean("ctiy", ["city", "country"])
    "did you mean 'city'?"
    """
    near = nearest(word, candidates)
    return "" if near is None else f"did you mean {near!r}?"
