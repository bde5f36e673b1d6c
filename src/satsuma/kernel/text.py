"""Text: normal form and case folding, the same for every engine and every machine.

Text is brought to Unicode's normal form C when it arrives. For comparing without regard to case it is
folded: each code point by itself becomes its simple lower case by the pinned table of `unicode_lower`. This
is neither Python's `str.lower` (which looks at neighbours: a final sigma) nor an engine's (which follows
its own Unicode version and locale). Folded text is not brought to normal form again, so that any engine can
do it with a `translate`.
"""

import unicodedata
from functools import cache

from satsuma.kernel.unicode_lower import LOWER_RANGES


def nfc(text: str) -> str:
    """Text in Unicode normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Text in normal form C, then every code point in its simple lower case.

    Fold what was stored or typed, not what is folded already: taking the normal form a second time may join
    letters that the first time kept apart.

    >>> fold("ΟΔΟΣ İzmir")
    'οδοσ izmir'
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(fold_table())


def is_well_formed(text: str) -> bool:
    """Whether text can be stored: a lone half of a surrogate pair has no UTF-8 form."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


@cache
def fold_table() -> dict[int, int]:
    """Code points that folding changes, with what they become; made for `str.translate`."""
    return {
        code: code + delta
        for first, last, step, delta in LOWER_RANGES
        for code in range(first, last + 1, step)
    }


@cache
def fold_pairs() -> tuple[str, str]:
    """Two strings of equal length, from and to, for an engine's `translate(text, from, to)`."""
    table = fold_table()
    return "".join(map(chr, table)), "".join(map(chr, table.values()))
