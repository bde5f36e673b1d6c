"""All that is wrong in the JSON form is told at once, each with its place, and nothing breaks the reader."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satsuma.kernel.errors import DefinitionError, UsageError
from satsuma.kernel.limits import DEPTH_LEVELS_MAX, NODES_MAX, OPERANDS_MAX
from satsuma.language import tree
from satsuma.language.problems import CODES, Problem, Problems, within
from satsuma.language.wire import condition_from_json, loads, source_from_json, to_json
from satsuma.language.wire.forms import FORMS
from tests.language.forms import read

REFUSED: list[tuple[Any, str, str, str]] = [
    ([], "form.type", "where", "found a list of 0, expected a condition"),
    (None, "form.type", "where", "found null"),
    ({}, "form.unknown", "where", "found an empty object"),
    ({"attribut": "a"}, "form.unknown", "where", "found an object with attribut"),
    ({"all": [], "any": []}, "form.ambiguous", "where", "'all' and 'any'"),
    ({"did": "a", "top": {"count": 1}, "any": []}, "form.ambiguous", "where", "in one object"),
    ({"all": {}}, "form.type", "where.all", "expected a list of conditions"),
    ({"all": [{"any": 3}]}, "form.type", "where.all[0].any", "found 3"),
    ({"not": []}, "form.type", "where.not", "expected a condition"),
    ({"all": [], "extra": 1}, "form.unknown_key", "where.extra", 'found the key "extra"'),
    ({"all": [], "a b": 1}, "form.unknown_key", 'where["a b"]', 'found the key "a b"'),
    ({"attribute": "a"}, "form.missing_key", "where", "found no 'op'"),
    ({"attribute": "", "op": "is_missing"}, "form.empty", "where.attribute", "empty text"),
    ({"attribute": 5, "op": "is_missing"}, "form.type", "where.attribute", "found 5"),
    ({"attribute": "a", "op": "equals"}, "form.word", "where.op", 'found "equals"'),
    ({"attribute": "a", "op": "is"}, "form.missing_key", "where", "found no 'value'"),
    ({"attribute": "a", "op": "is", "value": None}, "form.type", "where.value", "found null"),
    ({"attribute": "a", "op": "is", "value": {"b": 1}}, "form.type", "where.value", "an object with b"),
    ({"attribute": "a", "op": "is_missing", "value": 1}, "form.unknown_key", "where.value", "takes no value"),
    ({"attribute": "a", "op": "is", "value": "x", "case": "lower"}, "form.word", "where.case", "exact"),
    ({"attribute": "a", "op": "in", "value": "x"}, "form.type", "where.value", "a list of values"),
    ({"attribute": "a", "op": "in", "value": []}, "form.empty", "where.value", "empty list"),
    ({"attribute": "a", "op": "in", "value": [1, None]}, "form.type", "where.value[1]", "found null"),
    ({"attribute": "a", "op": "between", "value": [1]}, "form.type", "where.value", "[a, b]"),
    ({"attribute": "a", "op": "between", "value": [1, []]}, "form.type", "where.value[1]", "a list of 0"),
    ({"attribute": "a", "op": "=", "value": math.nan}, "form.type", "where.value", "found nan"),
    ({"attribute": "a", "op": "=", "value": math.inf}, "form.type", "where.value", "found inf"),
    ({"attribute": "a", "op": "=", "value": 10**200}, "form.type", "where.value", "too many digits"),
    ({"attribute": "a", "op": "=", "value": Decimal("1E+999999")}, "form.type", "where.value", "1E+999999"),
    ({"attribute": "a", "op": "=", "value": {"now": 1}}, "form.type", "where.value.now", "expected true"),
    (
        {"attribute": "a", "op": "=", "value": {"now": True, "plus": 3}},
        "value.duration",
        "where.value.plus",
        "3",
    ),
    (
        {"attribute": "a", "op": "=", "value": {"attribute": "b", "plus": "1"}},
        "form.type",
        "where.value.plus",
        "",
    ),
    (
        {"attribute": "a", "op": "=", "value": {"attribute": "b", "by": 1}},
        "form.unknown_key",
        "where.value.by",
        "",
    ),
    (
        {"attribute": "a", "op": "within", "value": {"last": 3}},
        "value.duration",
        "where.value.last",
        "found 3",
    ),
    ({"attribute": "a", "op": "within", "value": {"past": 3}}, "value.window", "where.value", "no window"),
    (
        {"attribute": "a", "op": "within", "value": {"last": {"days": 1, "hours": 2}}},
        "value.duration",
        "where.value.last",
        "days",
    ),
    (
        {"attribute": "a", "op": "within", "value": {"between_ago": [{"days": 2}, {"days": 0}]}},
        "value.duration",
        "where.value.between_ago[1]",
        "0 days",
    ),
    (
        {"attribute": "a", "op": "within", "value": {"calendar": "last_weak"}},
        "value.window",
        "where.value",
        "",
    ),
    ({"attribute": "a", "op": "within", "value": {"from": "soon"}}, "value.window", "where.value", "soon"),
    ({"attribute": "a", "op": "more_than", "value": {"days": 1}}, "form.type", "where.value", "ago"),
    ({"attribute": "a", "op": "more_than", "value": {"ago": 1}}, "value.duration", "where.value.ago", "1"),
    ({"attribute": "a", "op": "anniversary", "value": "tomorrow"}, "form.type", "where.value", "tomorrow"),
    ({"attribute": "a", "op": "anniversary", "value": {"day": 1}}, "form.type", "where.value", "month"),
    (
        {"attribute": "a", "op": "anniversary", "value": {"month": 1.5}},
        "form.type",
        "where.value.month",
        "1.5",
    ),
    ({"attribute": "a", "op": "within_km", "value": {"km": 1}}, "form.missing_key", "where.value", "'of'"),
    (
        {"attribute": "a", "op": "within_km", "value": {"km": "1", "of": {"latitude": 1, "longitude": 1}}},
        "form.type",
        "where.value.km",
        "kilometres",
    ),
    ({"related": "a"}, "form.missing_key", "where", "found no 'where'"),
    ({"did": []}, "form.empty", "where.did", "interaction types"),
    ({"did": ["a", 3]}, "form.type", "where.did[1]", "found 3"),
    ({"did": "a", "measure": "sum"}, "form.word", "where.measure", "sum"),
    ({"did": "a", "measure": {"sum": "x", "average": "y"}}, "form.word", "where.measure", ""),
    ({"did": "a", "measure": {"count_days": False}}, "form.type", "where.measure.count_days", "true"),
    ({"did": "a", "is": {"op": "is", "value": 1}}, "form.word", "where.is.op", "is"),
    ({"did": "a", "is": {"op": "=", "value": [1]}}, "form.type", "where.is.value", "a list of 1"),
    ({"did": "a", "is": 3}, "form.type", "where.is", "found 3"),
    (
        {"did": "a", "measure": {"active_periods": {"length": {"days": 1}}}},
        "form.missing_key",
        "where.measure.active_periods",
        "of_last",
    ),
    ({"latest": "a"}, "form.missing_key", "where", "found no 'has'"),
    ({"sequence": {}}, "form.type", "where.sequence", "a list of steps"),
    ({"sequence": [{"where": {"all": []}}]}, "form.type", "where.sequence[0]", "expected a step"),
    (
        {"sequence": [{"did": "a"}, {"not_did": {"did": "b"}}]},
        "form.missing_key",
        "where.sequence[1]",
        "within",
    ),
    (
        {"sequence": [{"did": "a"}, {"not_did": "b", "within": {"days": 1}}, {"did": "c"}]},
        "form.steps",
        "where.sequence[1]",
        "not the last",
    ),
    ({"sequence": [{"did": "a"}, {"did": "b"}], "same": []}, "form.empty", "where.same", "attributes"),
    ({"held": {"all": []}, "for": {"op": ">", "value": {"days": 1}}}, "form.word", "where.for.op", ">="),
    ({"held": {"all": []}, "for": {"op": "<"}}, "form.missing_key", "where.for", "value"),
    ({"segment": 7}, "form.type", "where.segment", "the name of a segment"),
    ({"segment": {"id": "7"}}, "form.type", "where.segment.id", "a whole number"),
    ({"list": ""}, "form.empty", "where.list", "the name of a list"),
    ({"consent": "email"}, "form.missing_key", "where", "'is'"),
    ({"consent": "email", "is": "yes"}, "form.word", "where.is", "granted"),
    ({"top": {"percent": 5, "count": 3}, "by": "count"}, "form.type", "where.top", ""),
    ({"top": {"count": 2.5}, "by": {"attribute": "a"}}, "form.type", "where.top.count", "2.5"),
    ({"top": {"count": 2}}, "form.missing_key", "where", "'by'"),
    ({"sample": {"percent": 5}}, "form.missing_key", "where.sample", "salt"),
    ({"name": "x", "kind": "living", "where": {"all": []}}, "form.word", "kind", "living"),
    ({"nam": "x", "where": {"all": []}}, "form.unknown_key", "nam", "nam"),
    ({"where": {"all": []}, "tests": {"in": "c-1"}}, "form.type", "tests.in", "a list of keys"),
    ({"where": {"all": []}, "tests": {"in": [1]}}, "form.type", "tests.in[0]", "a key"),
    ({"where": {"all": []}, "name": ""}, "form.empty", "name", "the name"),
    (3, "form.type", "", "found 3, expected a segment or a condition"),
]


@pytest.mark.parametrize(("value", "code", "path", "message"), REFUSED[:-6], ids=lambda it: str(it)[:60])
def test_what_is_wrong_in_a_condition_is_told_with_its_place(
    value: Any, code: str, path: str, message: str
) -> None:
    _, [problem] = read(value)
    assert (problem.code, problem.path) == (code, path)
    assert message in problem.message


@pytest.mark.parametrize(("value", "code", "path", "message"), REFUSED[-6:], ids=lambda it: str(it)[:60])
def test_what_is_wrong_in_a_segment_is_told_with_its_place(
    value: Any, code: str, path: str, message: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        source_from_json(value)
    [problem] = refused.value.problems
    assert isinstance(problem, Problem)
    assert (problem.code, problem.path) == (code, path)
    assert message in problem.message


def test_every_problem_is_told_at_once_and_the_rest_is_still_read() -> None:
    good = {"attribute": "a", "op": "is", "value": 1}
    condition, problems = read(
        {
            "all": [
                {"not": {"did": "a", "during": {"last": {"dayz": 3}}}},
                good,
                {"attribute": "b", "op": "in", "value": []},
                {"held": good, "for": {"op": "<=", "value": {"days": 0}}},
            ]
        }
    )
    assert [problem.path for problem in problems] == [
        "where.all[0].not.during.last",
        "where.all[2].value",
        "where.all[3].for.op",
        "where.all[3].for.value",
    ]
    assert isinstance(condition, tree.All)
    assert condition.conditions[1:3] == (
        tree.Compare("a", tree.Op.IS, tree.Literal(1)),
        tree.Compare("b", tree.Op.IS_PRESENT),
    )


def test_near_words_are_suggested() -> None:
    hints = [
        read({"atribute": "a", "op": "is"})[1][0].hint,
        read({"attribute": "a", "op": "contain", "value": "x"})[1][0].hint,
        read({"did": "a", "durring": {}})[1][0].hint,
        read({"attribute": "a", "op": "within", "value": {"last": {"day": 3}}})[1][0].hint,
    ]
    assert hints == [
        "did you mean 'attribute'?",
        "did you mean 'contains'?",
        "did you mean 'during'?",
        "did you mean 'days'?",
    ]


def nested(levels: int) -> dict[str, Any]:
    """A condition with so many levels."""
    inner: dict[str, Any] = {"all": []}
    for _ in range(levels - 1):
        inner = {"not": inner}
    return inner


def test_the_deepest_condition_reads_and_a_deeper_one_is_a_problem() -> None:
    assert read(nested(DEPTH_LEVELS_MAX))[1] == []
    _, [problem] = read(nested(DEPTH_LEVELS_MAX + 1))
    assert (problem.code, problem.path) == ("form.too_deep", "where" + ".not" * DEPTH_LEVELS_MAX)


def test_the_deepest_sequences_read() -> None:
    inner: dict[str, Any] = {"attribute": "a", "op": "within", "value": {"last": {"days": 1}}}
    for _ in range(DEPTH_LEVELS_MAX - 1):
        inner = {"sequence": [{"did": "a"}, {"did": "b", "not_did": {"did": "c", "where": inner}}]}
    assert read(inner)[1] == []


@pytest.mark.parametrize("key", ["not", "all", "value", "odd"])
def test_json_of_any_depth_is_a_problem_and_no_crash(key: str) -> None:
    hostile: Any = {"all": []}
    for _ in range(200_000):
        hostile = {key: [hostile] if key == "all" else hostile}
    for value in (hostile, {"attribute": "a", "op": "is", "value": hostile}, {"where": hostile}):
        problems = Problems()
        condition_from_json(value, problems)
        assert "form.too_deep" in {problem.code for problem in problems.found}


def test_the_most_conditions_read_and_one_more_is_one_problem() -> None:
    assert read({"all": [{"segment": "a"}] * (NODES_MAX - 1)})[1] == []
    _, [problem] = read({"all": [{"segment": "a"}] * 1_000_000})
    assert (problem.code, problem.path) == ("form.too_many", f"where.all[{NODES_MAX - 1}]")


def test_long_lists_of_values_have_a_limit() -> None:
    most = {"attribute": "a", "op": "in", "value": list(range(OPERANDS_MAX))}
    assert read(most)[1] == []
    _, [problem] = read({**most, "value": list(range(OPERANDS_MAX + 1))})
    assert (problem.code, problem.path) == ("form.too_long", "where.value")


_json = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=3),
        st.sampled_from([*FORMS, "op", "value", "days", "is", ">="]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.text(max_size=3),
                st.sampled_from(
                    [*FORMS, "op", "value", "where", "during", "has", "is", "by", "last", "days", "for"]
                ),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@given(_json)
@example({"sequence": [{"not_did": None, "within": None}]})
@example({"top": {"count": True}, "by": {}})
def test_any_json_gives_a_condition_or_problems_and_never_a_crash(value: object) -> None:
    condition, problems = read(value)
    assert {problem.code for problem in problems} <= CODES.keys()
    if not problems:
        assert read(to_json(condition)) == (condition, [])


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,]", '{"a": NaN}', '{"a": 1e}', "[" * 100_000, '"' + "x" * 2_000_000 + '"', "\ud800"],
    ids=lambda text: text[:10],
)
def test_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        loads(text)


def test_paths_quote_keys_that_are_no_plain_names() -> None:
    assert within("where", "all") == "where.all"
    assert within("", "name") == "name"
    assert within("where", 'a "b"') == 'where["a \\"b\\""]'
