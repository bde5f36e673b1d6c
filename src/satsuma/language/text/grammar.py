"""The grammar as lark's parser, made once when it is first needed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lark import Lark
from lark.lexer import PatternRE, PatternStr, TerminalDef

from satsuma.language.text.words import RESERVED

# A word ends where no name could go on, so that `information` does not begin with `in`.
_WORD_END = r"(?![\w.*])"
RESERVED_MARK = "@RESERVED@"


@cache
def grammar() -> Lark:
    """The parser of the text form: LALR, with a lexer that knows which words can stand at each place."""
    source = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        source.replace(RESERVED_MARK, "|".join(f"(?i:{word})" for word in sorted(RESERVED))),
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=True,
        edit_terminals=_whole_words,
    )


@cache
def words_of_terminals() -> dict[str, str]:
    """Terminal name → the word it stands for, for the terminals that are one word or sign."""
    found = {}
    for terminal in grammar().terminals:
        word = terminal.pattern.value.removesuffix(_WORD_END)
        if word.isalpha() or (not any(map(str.isalnum, word)) and len(word.strip("\\")) == 1):
            found[terminal.name] = word.strip("\\")
    return found


def _whole_words(terminal: TerminalDef) -> None:
    pattern = terminal.pattern
    if isinstance(pattern, PatternStr) and pattern.value.isalpha():
        terminal.pattern = PatternRE(pattern.value + _WORD_END, flags=("i",))
