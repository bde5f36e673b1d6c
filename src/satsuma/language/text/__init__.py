"""The text form of conditions, for people: parsed to the tree of `language.tree`, and printed from it."""

from satsuma.language.text.faults import TextError
from satsuma.language.text.parser import Parsed, parse_located, parse_text
from satsuma.language.text.printer import print_text

__all__ = ["Parsed", "TextError", "parse_located", "parse_text", "print_text"]
