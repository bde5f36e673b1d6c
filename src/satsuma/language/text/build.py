"""From what lark has read to the tree of a definition: one handler for each rule of the grammar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from lark import Token, Tree

from satsuma.kernel.errors import Error, InvariantError
from satsuma.language import tree
from satsuma.language.problems import CODES
from satsuma.language.text.faults import fault_at
from satsuma.language.text.handled_forms import FORMS
from satsuma.language.text.handled_parts import PARTS, Handler, Node
from satsuma.language.text.tokens import read_number, read_string

HANDLERS: dict[str, Handler] = {**PARTS, **FORMS}
"""Rule or alternative of the grammar → what makes its value."""

# Their parentheses and words are not the condition's own.
_AROUND = {"start", "group", "where", "among"}
_CODES = {
    "usage.duration": "value.duration",
    "usage.window": "value.window",
    "usage.instant": "value.window",
}


@dataclass(slots=True)
class Build:
    """One text being read.

    Attributes:
        spans: `id` of each condition made → offsets of its first character and after its last.
        kept: The conditions themselves, so that no `id` is given twice.
    """

    text: str
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)

    def run(self, root: Node) -> tree.Condition:
        """The condition of a parsed text. Without recursion: the text may be nested as deep as it likes."""
        values: list[Any] = []
        todo: list[tuple[Any, bool]] = [(root, False)]
        while todo:
            node, ready = todo.pop()
            if ready:
                count = len(node.children)
                arguments = values[len(values) - count :]
                del values[len(values) - count :]
                values.append(self._made(node, arguments))
            elif isinstance(node, Tree):
                todo.append((node, True))
                todo.extend((child, False) for child in reversed(node.children))
            else:
                values.append(None if node is None else self._token(node))
        return cast(tree.Condition, values[0])

    def _token(self, token: Token) -> Any:
        try:
            match token.type:
                case "NUMBER":
                    return read_number(token)
                case "STRING":
                    return read_string(token)
                case "NAME" | "PATTERN":
                    return str(token)
                case _:
                    return token.lower()
        except Error as error:
            raise self.fault(token.start_pos or 0, error) from None

    def _made(self, node: Node, arguments: list[Any]) -> Any:
        start = getattr(node.meta, "start_pos", 0)
        handler = HANDLERS.get(node.data)
        if handler is None:
            raise InvariantError(f"no handler for the rule {node.data!r} of the grammar")
        try:
            value = handler(arguments, node)
        except Error as error:
            if isinstance(error, InvariantError):
                raise
            raise self.fault(start, error) from None
        if isinstance(value, tree.Condition) and node.data not in _AROUND:
            self.spans[id(value)] = (start, getattr(node.meta, "end_pos", start))
            self.kept.append(value)
        return value

    def fault(self, offset: int, error: Error) -> Error:
        """An error of a value, with its place in the text."""
        code = _CODES.get(error.code, error.code)
        code = code if code in CODES else "text.syntax"
        return fault_at(self.text, offset, error.message, hint=error.hint, code=code)
