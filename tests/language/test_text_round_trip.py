"""Text prints back and parses back: every tree in its own words, whatever its names."""

from __future__ import annotations

from hypothesis import given, settings

from satsuma.language import tree
from satsuma.language.problems import Problems
from satsuma.language.text import parse_located, parse_text, print_text
from satsuma.language.wire import condition_from_json, to_json
from tests.strategies.trees import conditions, set_conditions


@given(conditions())
@settings(max_examples=400)
def test_what_is_printed_parses_to_the_same_tree(condition: tree.Condition) -> None:
    text = print_text(condition)
    found = parse_text(text)
    assert found == condition
    assert print_text(found) == text


@given(conditions())
@settings(max_examples=100)
def test_text_over_several_lines_says_the_same(condition: tree.Condition) -> None:
    assert parse_text(print_text(condition, pretty=True)) == condition


@given(set_conditions())
@settings(max_examples=400)
def test_set_words_parse_to_the_same_tree(condition: tree.Condition) -> None:
    for pretty in (False, True):
        assert parse_text(print_text(condition, set_words=True, pretty=pretty)) == condition
    assert parse_text(print_text(condition)) == condition


@given(conditions())
@settings(max_examples=100)
def test_every_condition_has_its_place_in_the_text(condition: tree.Condition) -> None:
    located = parse_located(print_text(condition))
    assert located.condition == condition
    whole = located.spans["where"]
    assert (whole.start, whole.end) == (0, len(located.text))
    for path, span in located.spans.items():
        assert whole.start <= span.start < span.end <= whole.end, path


@given(conditions())
@settings(max_examples=150)
def test_text_and_json_say_the_same(condition: tree.Condition) -> None:
    problems = Problems()
    from_json = condition_from_json(to_json(condition), problems)
    assert problems.found == []
    assert from_json == parse_text(print_text(condition)) == condition
    assert print_text(from_json) == print_text(parse_text(print_text(from_json)))
