"""Searches for texts that break the parser: `python -m tests.fuzz.text_fuzz [seconds] [seed]`.

Texts are made by editing others, by words and by characters, and kept where they lead the parser through a
pair of states that none before them did. So it works its way into the grammar by itself. Every text must give
a tree that prints and parses to itself, or a problem with a place.
"""

from __future__ import annotations

import random
import sys
import time

from satsuma.language.text import TextError, parse_located, parse_text, print_text
from satsuma.language.text.reading import Reading
from satsuma.language.text.words import RESERVED

SEEDS = (
    'city is "Paris"',
    "did purchase in the last 30 days",
    "has at least 2 registrations where (x is true)",
)
WORDS = (
    *RESERVED,
    *("least", "most", "than", "times", "days", "last", "next", "the", "this", "month", "ago", "ahead", "to"),
    *(
        "list",
        "is",
        "missing",
        "granted",
        "salt",
        "km",
        "set",
        "exact",
        "case",
        "anniversary",
        "may",
        "today",
    ),
    *("now", "plus", "minus", "attribute", "member", "true", "x", "a.b", "page_*", '"q r"', '""', "1", "3"),
    *("30", "-1.5", "(", ")", ",", "%", "#", "=", ">=", "≠", '"2026-01-01"', "same", "periods", "distinct"),
)
WORDS_MAX = 60


def reached(text: str) -> frozenset[tuple[int, int]]:
    """Pairs of parser states that follow each other in a text."""
    reading = Reading.of(text)
    stack = reading.parser.parser_state.state_stack
    pairs = set()
    before = stack[-1]
    try:
        for token in reading.parser.lexer_thread.lex(reading.parser.parser_state):  # type: ignore[no-untyped-call]
            reading.parser.feed_token(token)
            pairs.add((before, stack[-1]))
            before = stack[-1]
    except Exception:  # noqa: BLE001 -- what it may be is judged by `check`; here only the way to it counts
        pairs.add((before, -1))
    return frozenset(pairs)


def check(text: str) -> None:
    """Fails where a text gives neither a tree that prints nor a problem with a place."""
    try:
        located = parse_located(text)
    except TextError as error:
        place = (error.problem.line, error.problem.column)
        if None in place:
            raise
        return
    assert parse_text(print_text(located.condition)) == located.condition
    assert parse_text(print_text(located.condition, pretty=True)) == located.condition


def edited(text: str, other: str, dice: random.Random) -> str:
    """A text with some words, or characters, added, left out, replaced, or taken over from another."""
    words, others = text.split(" "), other.split(" ")
    for _ in range(dice.randint(1, 3)):
        at = dice.randint(0, len(words))
        match dice.randrange(6):
            case 0:
                words.insert(at, dice.choice(WORDS))
            case 1:
                del words[at : at + dice.randint(1, 3)]
            case 2:
                words[at : at + 1] = [dice.choice(WORDS)]
            case 3:
                words = words[:at] + others[dice.randint(0, len(others)) :]
            case 4:
                words.append(dice.choice(WORDS))
            case _:
                joined = " ".join(words)
                place = dice.randint(0, len(joined))
                joined = (
                    joined[:place]
                    + chr(dice.choice((dice.randrange(128), dice.randrange(0xD7FF))))
                    + joined[place:]
                )
                words = joined.split(" ")
    return " ".join(words[:WORDS_MAX])


def fuzz(seed: int, *, texts_max: int | None = None, seconds_max: float | None = None) -> tuple[int, int]:
    """Searches until a limit. Fails with the first text that breaks something.

    Returns:
        How many texts were tried, and how many pairs of states they led through.
    """
    dice = random.Random(seed)
    kept, seen, tried = list(SEEDS), set[tuple[int, int]](), 0
    begun = time.monotonic()
    while (texts_max is None or tried < texts_max) and (
        seconds_max is None or time.monotonic() - begun < seconds_max
    ):
        text = edited(dice.choice(kept), dice.choice(kept), dice)
        tried += 1
        try:
            check(text)
        except Exception as error:
            raise AssertionError(f"this text breaks something: {text!r}") from error
        pairs = reached(text)
        if not pairs <= seen:
            seen |= pairs
            kept.append(text)
    return tried, len(seen)


if __name__ == "__main__":
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
    print(f"seed {chosen}")  # noqa: T201 -- to repeat what was found
    print("tried {} texts, through {} pairs of states".format(*fuzz(chosen, seconds_max=limit)))  # noqa: T201
