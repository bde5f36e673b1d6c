"""Text that cannot be read: the place, what was found, what could stand there; never another exception."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.kernel.errors import DefinitionError
from satsuma.kernel.limits import DEFINITION_BYTES_MAX, DEPTH_LEVELS_MAX, NODES_MAX, OPERANDS_MAX
from satsuma.language import tree
from satsuma.language.problems import CODES
from satsuma.language.text import TextError, parse_located, parse_text, print_text
from satsuma.language.text.grammar import grammar, words_of_terminals
from satsuma.language.text.words import RESERVED
from tests.language.test_text_page import examples
from tests.strategies.trees import conditions

EXAMPLES = examples("satsuma") + examples("satsuma-also") + examples("satsuma-set")
WORDS = sorted({word for text in EXAMPLES for word in text.split()})


def refused(text: str) -> TextError:
    with pytest.raises(TextError) as raised:
        parse_text(text)
    return raised.value


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "the text ends; expected a condition"),
        ("city", 5, "the text ends; expected an operator such as is, >=, in, contains or within"),
        ("city is Paris", 9, "found 'Paris'; expected a value"),
        ("did in", 7, "the text ends; expected sequence"),
        ('city is "Paris" or', 19, "the text ends; expected a condition"),
        ("did purchase in the last days", 26, "found 'days'; expected a number"),
        ("did purchase in the last 30", 28, "the text ends; expected a unit such as days"),
        ("did purchase in the last 1.5 days", 26, "found 1.5; expected a whole number of days"),
        ("did purchase in the last 0 days", 26, "found 0 days; expected a duration of at least one"),
        (
            "did purchase in the last 9999 years",
            26,
            "more years than a duration may have; expected at most 1000 years",
        ),
        ("did purchase where", 19, "the text ends; expected (, a name"),
        ("tags has any of ()", 18, "found ')'; expected a value"),
        ("everyone )", 10, "found ')'; expected "),
        ('"" is 1', 1, "found an empty text, expected a name"),
        ('a is "\\ud800"', 6, "a text with half of a surrogate pair cannot be stored"),
        ("did cart_added then not purchase within 2 days then b", 1, "found a step after `then not`"),
        ('city is "a" union segment "B"', 1, "found another condition beside a set word"),
        ('segment "A" and segment "B" union segment "C"', 1, "found another condition beside a set word"),
        ('created_at within before "yesterdy"', 19, "'yesterdy' cannot be read as a moment"),
    ],
)
def test_a_problem_names_the_place_what_was_found_and_what_could_stand_there(
    text: str, column: int, message: str
) -> None:
    error = refused(text)
    assert error.problem.message.startswith(message)
    assert (error.problem.line, error.problem.column) == (1, column)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("city is Paris", 'a text or a special name stands in double quotes: "Paris"'),
        ("city is 'Paris'", 'write straight double quotes: "..."'),
        ("city is \u201cParis\u201d", 'write straight double quotes: "..."'),
        ('city is "Paris', "text in double quotes ends on its line"),
        ("top 5 by attribute in", "in is a reserved word; as a name it stands in double quotes"),
        ("did purchase wher x is 1", "did you mean where?"),
        ('city contians "x"', "did you mean contains?"),
        ('city is "a" union segment "B"', "union, intersect and except join segments"),
    ],
)
def test_a_problem_says_what_to_do(text: str, hint: str) -> None:
    assert refused(text).problem.hint.startswith(hint)


def test_the_place_is_marked_on_its_line() -> None:
    error = refused('city is "Paris"\n\tand tier = = 3\nor everyone')
    assert (error.problem.line, error.problem.column) == (2, 13)
    assert error.marked == "\tand tier = = 3\n\t           ^"
    assert str(error).endswith(error.marked)
    long = refused("a is 1 and " * 40 + "b")
    shown, caret = long.marked.split("\n")
    assert len(shown) <= 100
    assert caret == " " * len(shown) + "^"


def test_a_reserved_word_is_one_that_could_stand_where_a_name_could() -> None:
    words = {**words_of_terminals(), "_COUNTED": "number"}
    table = grammar().parser.parser.parser.parse_table
    folds = {"sum", "average", "minimum", "maximum"}
    beside_names = set()
    for actions in table.states.values():
        if "NAME" in actions:
            for terminal in actions:
                beside_names |= folds if terminal == "FOLD" else {words.get(terminal, "")}
    clashing = {word for word in beside_names if word.isalpha()}
    assert clashing <= RESERVED.keys()
    joining = set(RESERVED) - clashing
    assert joining == set(
        "and by during except for intersect is or over then union where with within without".split()
    )


def test_no_two_terminals_that_can_stand_at_one_place_match_the_same_word() -> None:
    known = grammar()
    patterns = {t.name: re.compile(t.pattern.to_regexp()) for t in known.terminals}
    samples = {word for text in EXAMPLES for word in re.findall(r"\w+|[^\w\s]+", text)} | set(RESERVED)
    matched = {
        name: {word for word in samples if pattern.fullmatch(word)} for name, pattern in patterns.items()
    }
    clashes = {
        (first, second)
        for actions in known.parser.parser.parser.parse_table.states.values()
        for first, second in combinations(sorted(name for name in actions if name in matched), 2)
        if matched[first] & matched[second] and {first, second} != {"NAME", "PATTERN"}
    }
    # Where a name can stand, other words win, and are reserved.
    assert {pair for pair in clashes if "NAME" not in pair} == set()
    assert {pair for pair in clashes if "NAME" in pair} == set()


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_a_name_in_quotes_only(word: str) -> None:
    assert parse_text(f'"{word}" is 1') == tree.Compare(word, tree.Op.IS, tree.Literal(1))
    with pytest.raises(TextError):
        parse_text(f"{word} is 1")
    with pytest.raises(TextError):
        parse_text(f"latest x has {word.upper()} is 1")


@pytest.mark.parametrize(
    "name",
    [
        *("form_submitted", "notes", "order_id", "information", "top_tier", "android", "isolated", "in.x"),
        *(
            "days",
            "month",
            "list",
            "today",
            "count",
            "last",
            "attribute",
            "the",
            "may",
            "km",
            "Größe",
            "日本語",
        ),
    ],
)
def test_words_of_the_language_do_not_swallow_the_start_of_names(name: str) -> None:
    one = tree.Compare(name, tree.Op.IS, tree.Literal(1))
    assert parse_text(f"{name} is 1") == one
    assert parse_text(f"did {name} where {name} is 1") == tree.Did(tree.Types((name,)), one)
    assert print_text(one) == f"{name} is 1"


def test_words_are_read_in_any_case() -> None:
    assert parse_text('NOT City IS "a" AND Did x In The Last 3 Days') == parse_text(
        'not City is "a" and did x in the last 3 days'
    )


def test_numbers_are_never_doubles() -> None:
    several = parse_text("x in (1, 1.10, -2, 1e2, 0.1)")
    assert isinstance(several, tree.Compare)
    assert isinstance(several.value, tree.Several)
    assert [str(value) for value in several.value.values] == ["1", "1.10", "-2", "1E+2", "0.1"]
    assert refused(f"x = {'9' * 101}").problem.code == "form.too_long"
    assert refused("x = 1e9999999999").problem.code == "form.too_long"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not " * DEPTH_LEVELS_MAX + "everyone", "form.too_deep"),
        ("not " * 250_000 + "everyone", "form.too_deep"),
        ("everyone" + " for at least 1 day" * 20_000, "form.too_deep"),
        ("did a where (" * 40 + "x is 1" + ")" * 40, "form.too_deep"),
        ("(" * 500_000 + "everyone", "form.too_deep"),
        (" or ".join(["x is 1"] * (NODES_MAX + 1)), "form.too_many"),
        (f"x in ({','.join('1' * (OPERANDS_MAX + 1))})", "form.too_long"),
        ("did a" + " then b" * 32, "form.too_long"),
        (" " * (DEFINITION_BYTES_MAX + 1), "form.too_long"),
    ],
    ids=["not", "many not", "for", "where", "parentheses", "many", "values", "steps", "bytes"],
)
def test_what_is_beyond_the_limits_is_a_problem(text: str, code: str) -> None:
    assert refused(text).problem.code == code


def test_parentheses_alone_are_no_levels() -> None:
    assert parse_text("(" * 500 + "everyone" + ")" * 500) == tree.EVERYONE


def check(text: str) -> None:
    """A text gives a tree that prints, or a problem with a place in it."""
    try:
        located = parse_located(text)
    except TextError as error:
        problem = error.problem
        assert problem.code in CODES
        assert problem.line is not None
        assert problem.column is not None
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    else:
        assert parse_text(print_text(located.condition)) == located.condition


@given(st.data())
@settings(max_examples=300)
def test_an_edited_text_gives_a_tree_or_a_problem_with_a_place(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(EXAMPLES)).split()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(words)))
        match data.draw(st.sampled_from(("insert", "delete", "replace", "cut", "characters"))):
            case "insert":
                words.insert(at, data.draw(st.sampled_from(WORDS)))
            case "delete":
                del words[at : at + 1]
            case "replace":
                words[at : at + 1] = [data.draw(st.sampled_from(WORDS))]
            case "cut":
                del words[at:]
            case _:
                words.insert(at, data.draw(st.text(max_size=4)))
    check(" ".join(words))


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_gives_a_tree_or_a_problem_with_a_place(text: str) -> None:
    check(text)


@given(conditions(), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=100)
def test_a_part_of_a_text_gives_a_tree_or_a_problem_with_a_place(
    condition: tree.Condition, start: int, end: int
) -> None:
    check(print_text(condition)[start:end])


def test_a_text_error_is_a_definition_error_with_its_problem() -> None:
    error = refused("city is Paris")
    assert isinstance(error, DefinitionError)
    assert error.problems == (error.problem,)
    assert error.details["problems"] == [error.problem.to_json()]
    assert error.details["marked"] == "city is Paris\n        ^"


def test_the_place_of_a_path_is_that_of_the_innermost_condition_around_it() -> None:
    located = parse_located('everyone and\n  did a where (x is 1 and\n  y is "b")')
    assert located.place("where.all[1].where.all[1].value") == (3, 3)
    assert located.place("where.all[1].during.last") == (2, 3)
    assert located.place("where.all[0]") == (1, 1)
    assert located.place("name") == (1, 1)
