"""Definitions as JSON: every form reads and prints, and all that is wrong is told at once with its place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from satsuma.language import tree
from satsuma.language.wire import dumps, loads, source_from_json, source_to_json, to_json
from satsuma.language.wire.forms import FORMS
from tests.language.forms import read
from tests.strategies.trees import conditions

FORMS_READ: list[dict[str, Any]] = [
    {"all": [{"any": []}, {"not": {"all": []}}]},
    {"attribute": "city", "op": "is", "value": "Paris", "case": "exact"},
    {"attribute": "city", "op": "is_missing"},
    {"attribute": "city", "op": "in", "value": ["Paris", "Rome"]},
    {"attribute": "age", "op": "between", "value": [18, 20.5]},
    {"attribute": "vip", "op": "is", "value": False},
    {"attribute": "tags", "op": "is", "value": ["a"]},
    {"attribute": "score", "op": ">=", "value": {"attribute": "other", "plus": -3}},
    {"attribute": "renewal", "op": "<=", "value": {"today": True, "plus": {"days": 30}}},
    {"attribute": "seen_at", "op": ">", "value": {"now": True, "plus": {"hours": -1}}},
    {"attribute": "seen_at", "op": ">", "value": {"member": "created_at", "plus": {"months": 1}}},
    {"attribute": "seen_at", "op": "within", "value": {"between_ago": [{"days": 60}, {"days": 30}]}},
    {"attribute": "seen_at", "op": "within", "value": {"from": "2026-01-01", "to": "2026-02-01T09:00Z"}},
    {"attribute": "seen_at", "op": "within", "value": {"calendar": {"unit": "month", "offset": -3}}},
    {"attribute": "seen_at", "op": "within", "value": {"calendar": "last_quarter"}},
    {"attribute": "seen_at", "op": "more_than", "value": {"ahead": {"weeks": 2}}},
    {"attribute": "birthdate", "op": "anniversary", "value": "today"},
    {"attribute": "birthdate", "op": "anniversary", "value": {"next": {"days": 7}}},
    {"attribute": "birthdate", "op": "anniversary", "value": {"month": 5, "day": 17}},
    {"attribute": "birthdate", "op": "anniversary", "value": {"weekday": "monday"}},
    {"attribute": "home", "op": "within_km", "value": {"km": 25, "of": {"latitude": 1.5, "longitude": -2}}},
    {"related": "account.contacts", "where": {"all": []}, "is": {"op": "between", "value": [1, 3]}},
    {"related": "contacts", "where": {"all": []}, "measure": {"sum": "age"}, "is": {"op": ">", "value": 99}},
    {"did": "purchase"},
    {
        "did": ["purchase", "page_*"],
        "where": {"attribute": "amount", "op": ">", "value": 0.1},
        "during": {"last": {"days": 30}},
        "of": "account.contacts",
        "measure": {
            "active_periods": {"length": {"weeks": 1}, "of_last": 4, "count": {"op": ">", "value": 2}}
        },
        "is": {"op": ">=", "value": 3},
    },
    {"did": "purchase", "measure": "first_time", "is": {"op": "within", "value": {"last": {"days": 7}}}},
    {"did": "purchase", "measure": {"count_days": True}, "is": {"op": "!=", "value": 3}},
    {"latest": "purchase", "has": {"attribute": "amount", "op": ">", "value": 5}},
    {"first": "purchase", "where": {"all": []}, "during": {"before": {"days": 1}}, "has": {"all": []}},
    {
        "sequence": [
            {"did": "a"},
            {"did": "b", "where": {"all": []}, "within": {"days": 7}, "not_did": {"did": "c"}},
            {"not_did": {"did": "d", "where": {"any": []}}, "within": {"hours": 2}},
        ],
        "during": {"calendar": "this_year"},
        "same": ["product"],
    },
    {"held": {"segment": "VIP"}, "for": {"op": "<", "value": {"days": 7}}},
    {"segment": "VIP"},
    {"segment": {"id": 7}},
    {"list": "Newsletter"},
    {"entered": "Trial", "during": {"last": {"days": 14}}},
    {"left": {"id": 3}},
    {"consent": "email", "is": "unknown"},
    {"top": {"percent": 7.5}, "by": {"sum": "amount"}, "did": "purchase", "order": "lowest"},
    {"top": {"count": 100}, "by": {"attribute": "account.revenue"}, "among": {"segment": "VIP"}},
    {"sample": {"percent": 10, "from": 2.5, "salt": "spring"}},
]


@pytest.mark.parametrize("form", FORMS_READ, ids=dumps)
def test_every_form_reads_without_problems_and_prints_as_it_was_written(form: dict[str, Any]) -> None:
    condition, problems = read(form)
    assert problems == []
    assert to_json(condition) == form


def test_every_key_that_tells_a_form_is_among_the_forms_read() -> None:
    assert FORMS.keys() <= {key for form in FORMS_READ for key in form} | {"any", "not"}


@given(conditions())
def test_a_printed_condition_reads_back_as_the_same(condition: tree.Condition) -> None:
    again, problems = read(to_json(condition))
    assert problems == []
    assert repr(to_json(again)) == repr(to_json(condition))
    assert again == condition


@given(conditions())
def test_so_it_does_through_the_text_of_json(condition: tree.Condition) -> None:
    again, problems = read(loads(dumps(to_json(condition))))
    assert problems == []
    assert again == condition


def test_what_was_left_out_is_left_out_again_and_defaults_vanish() -> None:
    condition, _ = read({"did": "a", "measure": "count", "is": {"op": ">=", "value": 1}})
    assert to_json(condition) == {"did": "a"}
    condition, _ = read({"sample": {"percent": 5.0, "from": 0, "salt": "s"}})
    assert to_json(condition) == {"sample": {"percent": 5, "salt": "s"}}
    assert source_to_json(source_from_json({"kind": "dynamic", "where": {"did": ["a"]}})) == {
        "where": {"did": "a"}
    }
    condition, _ = read({"top": {"count": 3}, "by": {"attribute": "age"}, "order": "highest"})
    assert to_json(condition) == {"top": {"count": 3}, "by": {"attribute": "age"}}


def test_an_absence_or_a_blocker_may_name_its_types_alone() -> None:
    short = {
        "sequence": [{"did": "a"}, {"did": "b", "not_did": "c"}, {"not_did": ["d"], "within": {"days": 2}}]
    }
    condition, problems = read(short)
    assert problems == []
    assert to_json(condition) == {
        "sequence": [
            {"did": "a"},
            {"did": "b", "not_did": {"did": "c"}},
            {"not_did": {"did": "d"}, "within": {"days": 2}},
        ]
    }


def test_a_double_is_the_shortest_decimal_that_names_it_and_digits_of_a_decimal_are_kept() -> None:
    condition, _ = read({"attribute": "spent", "op": "=", "value": 0.1})
    assert condition == tree.Compare("spent", tree.Op.EQ, tree.Literal(Decimal("0.1")))
    text = '{"attribute": "spent", "op": "=", "value": 12345678901234.567890123456789}'
    condition, _ = read(loads(text))
    assert dumps(to_json(condition)) == text


def test_true_is_not_one() -> None:
    (true, _), (one, _) = (read({"attribute": "a", "op": "is", "value": value}) for value in (True, 1))
    assert dumps(to_json(true)) != dumps(to_json(one))


SEGMENT = {
    "name": "VIP openers",
    "audience": "contact",
    "kind": "compound",
    "timezone": "America/Los_Angeles",
    "where": {"segment": "VIP"},
    "tests": {"in": ["c-17"], "out": ["c-99"]},
}


def test_a_whole_segment_reads_and_prints() -> None:
    source = source_from_json(SEGMENT)
    assert source == tree.Source(
        tree.InSegment("VIP"),
        "VIP openers",
        "contact",
        tree.Kind.COMPOUND,
        "America/Los_Angeles",
        ("c-17",),
        ("c-99",),
    )
    assert source_to_json(source) == SEGMENT


def test_a_condition_alone_is_a_segment_of_it() -> None:
    assert source_from_json({"did": "a", "where": {"all": []}}).where == tree.Did(
        tree.Types(("a",)), where=tree.EVERYONE
    )


def test_json_text_is_written_as_the_standard_library_writes_it() -> None:
    value = {"b": [1, 2.5, None, True, "é\n"], "a": {"c": []}}
    assert json.loads(dumps(value)) == value
    assert dumps(value, sort_keys=True) == json.dumps(value, sort_keys=True, ensure_ascii=False)
