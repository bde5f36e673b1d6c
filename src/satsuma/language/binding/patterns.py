"""Patterns: whether those of `like` and `matches` are in order, and which names those of types fit."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from satsuma.kernel.limits import PATTERN_CHARS_MAX

_LIKE = re.compile(r"(?:[^\\]|\\[%_\\])*", re.DOTALL)


def like_fault(pattern: str) -> str | None:
    """Why a pattern of `like` is none: a backslash stands before `%`, `_` or itself only."""
    if len(pattern) > PATTERN_CHARS_MAX:
        return _too_long(pattern)
    good = _LIKE.match(pattern)
    if good is None or good.end() == len(pattern):
        return None
    return f"found a backslash at character {good.end() + 1}, expected one of % _ \\ after it"


def matches_fault(pattern: str) -> str | None:
    """Why a pattern of `matches` is none. RE2 itself is asked: it knows no lookaround, no backreference."""
    if len(pattern) > PATTERN_CHARS_MAX:
        return _too_long(pattern)
    if "\0" in pattern:
        return "found the character U+0000, which engines take for the end of the pattern"
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        return f"found a pattern that is not RE2: {reason}"
    return None


def _too_long(pattern: str) -> str:
    return f"found a pattern of {len(pattern)} characters, expected at most {PATTERN_CHARS_MAX}"


def is_type_pattern(written: str) -> bool:
    """Whether a name of interaction types has a star that stands for any run."""
    return "*" in written.replace(r"\*", "")


def type_pattern(written: str) -> re.Pattern[str]:
    r"""What a name of interaction types fits: `*` stands for any run, `\*` for a star.

    >>> bool(type_pattern("page_*").fullmatch("page_viewed")), bool(type_pattern(r"a\*").fullmatch("ab"))
    (True, False)
    """
    parts = [
        ".*" if part == "*" else re.escape("*" if part == r"\*" else part)
        for part in re.split(r"(\\\*|\*)", written)
    ]
    return re.compile("".join(parts), re.DOTALL)


def type_name(written: str) -> str:
    r"""The name meant where no star stands for a run: `\*` is a star."""
    return written.replace(r"\*", "*")
