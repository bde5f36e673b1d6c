"""The page on the text form: its examples, its reserved words, and that it shows all of the grammar."""

from __future__ import annotations

import re

import pytest

from satsuma.language.text import TextError, build, parse_text, print_text
from satsuma.language.text.grammar import grammar
from satsuma.language.text.handled_parts import Handler, Node
from satsuma.language.text.words import RESERVED
from tests.tidy.markdown import blocks
from tests.tidy.repository import ROOT

PAGE = (ROOT / "docs" / "language" / "text.md").read_text(encoding="utf-8")


def examples(kind: str) -> list[str]:
    """The examples in the page's blocks of one kind, one a line."""
    return [
        line for block in blocks(PAGE) if block.info == (kind,) for line in block.text.strip().split("\n")
    ]


@pytest.mark.parametrize("text", examples("satsuma"))
def test_an_example_prints_back_as_it_stands(text: str) -> None:
    condition = parse_text(text)
    assert print_text(condition) == text
    assert parse_text(print_text(condition, pretty=True)) == condition


@pytest.mark.parametrize("text", examples("satsuma-set"))
def test_an_example_with_set_words_prints_back_as_it_stands(text: str) -> None:
    condition = parse_text(text)
    assert print_text(condition, set_words=True) == text
    assert parse_text(print_text(condition)) == condition


@pytest.mark.parametrize("text", examples("satsuma-also"))
def test_another_wording_prints_in_the_canonical_one(text: str) -> None:
    condition = parse_text(text)
    printed = print_text(condition)
    assert printed != text
    assert parse_text(printed) == condition


def test_the_page_shows_every_rule_of_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()

    def watched(name: str, handler: Handler) -> Handler:
        def handle(values: list[object], node: Node) -> object:
            seen.add(name)
            return handler(values, node)

        return handle

    monkeypatch.setattr(
        build, "HANDLERS", {name: watched(name, handler) for name, handler in build.HANDLERS.items()}
    )
    for kind in ("satsuma", "satsuma-also", "satsuma-set"):
        for text in examples(kind):
            parse_text(text)
    rules = {
        rule.alias or rule.origin.name for rule in grammar().rules if not rule.options.expand1 or rule.alias
    }
    made = {name for name in rules if not name.startswith("_")}
    assert made - seen == set(), "rules that no example uses"
    assert build.HANDLERS.keys() - made == set(), "handlers that no rule needs"


def test_the_page_shows_how_a_text_is_refused() -> None:
    [shown] = [block.text for block in blocks(PAGE) if block.info == ("text",)]
    with pytest.raises(TextError) as raised:
        parse_text("city is Paris")
    assert shown.rstrip("\n") == f"{raised.value.problem}\n{raised.value.marked}"


def test_the_page_lists_the_reserved_words() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == {word: RESERVED[word] for word in sorted(RESERVED)}
    assert [word for word, _ in rows] == sorted(RESERVED)
