"""One text on its way through the parser: the typed side of lark's interactive parser."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import cast

from lark import Token, Tree, UnexpectedCharacters, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from satsuma.language.text.faults import fault_at, unexpected
from satsuma.language.text.grammar import grammar

# lark annotates what these methods take and give only in part.


OPEN_SYMBOLS_MAX = 1_000
"""Words and parts that may be open at once, many times what 32 levels need: deep texts are refused early."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a terminal could stand next.

    Attributes:
        rules: Rules of the grammar that begin there.
        open: What has been read and is not finished: tokens, and trees of the parts that are.
    """

    rules: frozenset[str]
    open: tuple[Token | Tree[Token], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and how far a parser has come in it."""

    text: str
    parser: InteractiveParser

    @classmethod
    def of(cls, text: str) -> Reading:
        """At the start of a text."""
        return cls(text, grammar().parse_interactive(text))

    def to_end(self) -> None:
        """Reads all of the text.

        Raises:
            TextError: A word or sign that cannot stand where it stands, or too many levels.
        """
        try:
            for token in self._tokens():
                self.parser.feed_token(token)
                if len(self.parser.parser_state.state_stack) > OPEN_SYMBOLS_MAX:
                    raise fault_at(
                        self.text, token.start_pos or 0, "found too many levels", code="form.too_deep"
                    )
        except UnexpectedToken as error:
            raise unexpected(self.text, error.token.start_pos or 0, self.accepted()) from None
        except UnexpectedCharacters as error:
            offset: int = error.pos_in_stream  # type: ignore[assignment] # declared where it is not set yet
            raise unexpected(self.text, offset, self.accepted()) from None

    def finish(self) -> Tree[Token]:
        """What has been read, as a tree of rules.

        Raises:
            TextError: The text ends too early.
        """
        try:
            return cast("Tree[Token]", self.parser.feed_eof())  # type: ignore[no-untyped-call]
        except UnexpectedToken:
            raise unexpected(self.text, len(self.text), self.accepted()) from None

    def accepted(self) -> AbstractSet[str]:
        """Names of the terminals that could come next."""
        return cast("set[str]", self.parser.accepts())  # type: ignore[no-untyped-call]

    def slot(self, terminal: str) -> Slot:
        """Where one of the accepted terminals would stand."""
        parser = self.parser.copy()  # type: ignore[no-untyped-call]
        parser.feed_token(Token(terminal, "x"))
        state = parser.parser_state
        below = state.parse_conf.parse_table.states[state.state_stack[-2]]
        return Slot(frozenset(name for name in below if name.islower()), tuple(state.value_stack[:-1]))

    def last_read(self) -> Token | Tree[Token] | None:
        """The last token, or what it finished; None at the start."""
        stack = self.parser.parser_state.value_stack
        return stack[-1] if stack else None

    def _tokens(self) -> Iterator[Token]:
        return cast("Iterator[Token]", self.parser.lexer_thread.lex(self.parser.parser_state))  # type: ignore[no-untyped-call]
