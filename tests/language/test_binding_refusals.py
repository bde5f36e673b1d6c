"""What the checker refuses: each with its code, its place in the JSON form, what was found and meant."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.language.definition import check_json
from tests.language.forms import ANYTHING, DAY, bought, held, measured, on
from tests.language.shop import NAMES, SHOP, check

REFUSED: list[tuple[str, dict[str, Any], str, str, str]] = [
    # Names and paths
    ("unknown attribute", on("ctiy", "is", "x"),
     "name.attribute", "attribute", "no attribute 'ctiy' on 'contact'"),
    ("behind a reference", on("account.industri", "is", "x"),
     "name.attribute", "attribute", "'industri' on 'account'"),
    ("behind no reference", on("city.name", "is", "x"), "path.not_reference", "attribute", "not a reference"),
    ("unknown on a type", bought(on("amont", "=", 1)), "name.attribute", "where.attribute", "'purchase'"),
    ("to many", on("account.contacts.city", "is", "x"), "path.to_many", "attribute", "many records"),
    ("ends at many", on("account.contacts", "is", "x"), "path.to_many", "attribute", "many records"),
    ("long path", on("friend." * 9 + "city", "is", "x"), "path.too_long", "attribute", "9 relationships"),
    ("unknown type", {"did": "purchse"}, "name.type", "did", "no interaction type 'purchse'"),
    ("second of several", {"did": ["purchase", "signed"]}, "name.type", "did[1]", "belongs to 'partner'"),
    ("of blockers", {"sequence": [{"did": "purchase"}, {"did": "purchase", "not_did": {"did": "x"}}]},
     "name.type", "sequence[1].not_did.did", "'x'"),
    ("of absences", {"sequence": [{"did": "purchase"}, {"not_did": {"did": "x"}, "within": DAY}]},
     "name.type", "sequence[1].not_did.did", "'x'"),
    ("a star in a name", {"did": r"odd\*nam"}, "name.type", "did", "odd*nam"),
    ("unknown segment", {"segment": "VPI"}, "name.segment", "segment", "no segment 'VPI'"),
    ("unknown number", {"segment": {"id": 99}}, "name.segment", "segment", "the number 99"),
    ("unknown list", {"list": "Newsleter"}, "name.list", "list", "no list 'Newsleter'"),
    ("no relationship", {"related": "acount", "where": ANYTHING}, "name.attribute", "related", "'acount'"),
    ("related attribute", {"related": "city", "where": ANYTHING}, "name.attribute", "related", "'city'"),
    ("of no audience", {"did": "purchase", "of": "account"}, "path.not_audience", "of", "no audience"),
    ("of nothing", {"did": "purchase", "of": "acount"}, "name.attribute", "of", "'acount'"),
    ("long way", {"related": "friend." * 8 + "befriended by", "where": ANYTHING},
     "path.too_long", "related", "9"),
    # Operators of types
    ("text has no =", on("city", "=", "x"), "type.operator", "op", "'city' is of type text"),
    ("numbers have no is", on("age", "is", 3), "type.operator", "op", "of type integer"),
    ("booleans have no is_not", on("vip", "is_not", True), "type.operator", "op", "of type boolean"),
    ("choices have no in", on("tags", "in", ["a"]), "type.operator", "op", "of type choices"),
    ("dates have no in", on("birthdate", "in", ["2026-01-01"]), "type.operator", "op", "of type date"),
    ("places have no is", on("home", "is", "x"), "type.operator", "op", "of type location"),
    ("references have no contains", on("account", "contains", "x"),
     "type.operator", "op", "of type reference"),
    ("weekday is a choice", bought(on("weekday", ">", "monday")),
     "type.operator", "where.op", "of type choice"),
    ("case of numbers", on("age", "=", 3, case="exact"), "type.case", "case", "of type integer"),
    ("case of keys", on("account", "is", "x", case="exact"), "type.case", "case", "of type reference"),
    # Values of types
    ("text and number", on("city", "is", 3), "type.value", "value", "expected a text"),
    ("number and text", on("age", "=", "3"), "type.value", "value", "expected a number"),
    ("number and boolean", on("age", "=", True), "type.value", "value", "expected a number"),
    ("boolean and number", on("vip", "is", 1), "type.value", "value", "true or false"),
    ("date and number", on("birthdate", "=", 20260101), "type.value", "value", "a time such as"),
    ("no such day", on("birthdate", "=", "2026-02-30"), "type.value", "value", "2026-02-30"),
    ("no such time", on("seen_at", "<", "2026-02-01T25:00"), "type.value", "value", "2026-02-01T25:00"),
    ("empty text", on("city", "is", ""), "type.value", "value", "empty text is a missing value"),
    ("empty key", on("account", "is", ""), "type.value", "value", "empty text"),
    ("list for is", on("city", "is", ["a"]), "type.value", "value", "found a list"),
    ("one of choices", on("tags", "is", "a"), "type.value", "value", "a list of options"),
    ("second of a list", on("age", "in", [1, "2"]), "type.value", "value[1]", "expected a number"),
    ("second bound", on("age", "between", [1, "2"]), "type.value", "value[1]", "expected a number"),
    ("half a pair", on("city", "is", "a\ud800"), "type.text", "value", "UTF-8"),
    ("unknown option", on("tier", "is", "Gold"), "type.option", "value", "no option of 'tier'"),
    ("unknown in a set", on("tags", "has_any", ["a", "d"]), "type.option", "value[1]", "no option of 'tags'"),
    ("no weekday", bought(on("weekday", "is", "Monday")),
     "type.option", "where.value", "no option of 'weekday'"),
    ("64 bits", on("age", "=", 2**63), "type.range", "value", "64 bits"),
    ("14 digits", on("spent", "=", 10**14), "type.range", "value", "14 digits before"),
    ("18 places", on("spent", "=", 1e-19), "type.range", "value", "18 digits after"),
    ("no double", on("score", "=", 10**99 * 1.0 * 1e300), "form.type", "value", "found inf"),
    ("long key", on("account", "is", "é" * 257), "type.range", "value", "514 bytes"),
    # Other attributes as values
    ("text with number", on("city", "is", {"attribute": "age"}), "type.value", "value", "does not compare"),
    ("text with choice", on("city", "is", {"attribute": "tier"}), "type.value", "value", "does not compare"),
    ("other entity", on("account", "is", {"attribute": "friend"}),
     "type.value", "value", "reference to contact"),
    ("sets", on("tags", "is", {"attribute": "tags"}), "type.value", "value", "a list of options"),
    ("unknown", on("city", "is", {"attribute": "ctiy"}), "name.attribute", "value.attribute", "'ctiy'"),
    ("to many as value", on("city", "is", {"attribute": "contacts.city"}),
     "name.attribute", "value.attribute", ""),
    ("member of a record", on("city", "is", {"member": "city"}),
     "place.member", "value.member", "interactions"),
    ("days added to a number", on("age", ">", {"attribute": "score", "plus": DAY}),
     "type.value", "value.plus", ""),
    ("number added to a day", on("birthdate", ">", {"attribute": "renewal", "plus": 1}),
     "type.value", "value.plus",
     "a duration"),
    ("text added to", on("city", "is", {"attribute": "street", "plus": 1}),
     "type.value", "value.plus", "nothing"),
    ("hours added to a day", on("birthdate", ">", {"attribute": "renewal", "plus": {"hours": 1}}),
     "value.duration", "value.plus", "days or longer"),
    ("hours added to today", on("birthdate", ">", {"today": True, "plus": {"hours": 1}}),
     "value.duration", "value.plus", "days or longer"),
    ("now and text", on("city", "is", {"now": True}), "type.value", "value", "`now`"),
    ("today and number", on("age", ">", {"today": True}), "type.value", "value", "`today`"),
    ("pattern elsewhere", on("city", "like", {"attribute": "street"}), "type.value", "value", "written out"),
    ("expression elsewhere", on("city", "matches", {"attribute": "street"}),
     "type.value", "value", "written out"),
    # Patterns
    ("lookahead", on("city", "matches", "(?=a)"), "pattern.matches", "value", "RE2"),
    ("backreference", on("city", "not_matches", r"(a)\1"), "pattern.matches", "value", "RE2"),
    ("open group", on("city", "matches", "("), "pattern.matches", "value", "RE2"),
    ("too large", on("city", "matches", "((a{100}){100}){100}"), "pattern.matches", "value", "RE2"),
    ("too long", on("city", "matches", "a" * 1001), "pattern.matches", "value", "1001 characters"),
    ("escape", on("city", "like", r"a\b%"), "pattern.like", "value", "character 2"),
    ("last escape", on("city", "not_like", "100\\"), "pattern.like", "value", "character 4"),
    # Times
    ("hours for a date", on("birthdate", "within", {"last": {"hours": 3}}),
     "value.duration", "value.last", "days"),
    ("hours ago for a date", on("birthdate", "more_than", {"ago": {"minutes": 3}}),
     "value.duration", "value.ago",
     "days"),
    ("hours in a span", on("birthdate", "within", {"between_ago": [DAY, {"hours": 3}]}), "value.duration",
     "value.between_ago[1]", "days"),
    ("month 13", on("birthdate", "anniversary", {"month": 13}), "value.anniversary", "value.month", "13"),
    ("31 April", on("birthdate", "anniversary", {"month": 4, "day": 31}),
     "value.anniversary", "value.day", "30"),
    ("day 0", on("birthdate", "anniversary", {"month": 4, "day": 0}),
     "value.anniversary", "value.day", "day 0"),
    ("someday", on("birthdate", "anniversary", {"weekday": "mondy"}),
     "value.anniversary", "value.weekday", "mondy"),
    ("next months", on("birthdate", "anniversary", {"next": {"months": 1}}),
     "value.anniversary", "value.next",
     "days or weeks"),
    # Places
    ("latitude", on("home", "within_km", {"km": 1, "of": {"latitude": 91, "longitude": 0}}), "value.location",
     "value.of.latitude", "91"),
    ("longitude", on("home", "within_km", {"km": 1, "of": {"latitude": 0, "longitude": -181}}),
     "value.location",
     "value.of.longitude", "-181"),
    ("no distance", on("home", "within_km", {"km": 0, "of": {"latitude": 0, "longitude": 0}}),
     "value.location",
     "value.km", "0 km"),
    ("too far", on("home", "within_km", {"km": 1e6, "of": {"latitude": 0, "longitude": 0}}), "value.location",
     "value.km", "km"),
    # Across types
    ("conflict", {"did": "page_*", "where": on("amount", "=", 1)},
     "type.conflict", "where.attribute", "integer in"),
    ("no type has it", {"did": "page_*", "where": on("quantity", "=", 1)},
     "name.attribute", "where.attribute",
     "on 'page_shared', 'page_viewed'"),
    ("option of neither", {"did": ["purchase", "page_*"], "where": on("channel", "is", "fax")}, "type.option",
     "where.value", "fax"),
    ("no type fits yet", {"did": "sms_*", "where": on("url", "is", "x")}, "name.attribute", "where.attribute",
     "no interaction type fits"),
    # Where a condition may stand
    ("segment of a purchase", bought({"segment": "VIP"}), "place.interaction", "where", "found 'segment'"),
    ("deeper", bought({"all": [{"not": {"did": "purchase"}}]}),
     "place.interaction", "where.all[0].not", "'did'"),
    ("related of a purchase", bought({"related": "product", "where": ANYTHING}),
     "place.interaction", "where", ""),
    ("of the latest", {"latest": "purchase", "has": {"list": "Newsletter"}},
     "place.interaction", "has", "'list'"),
    ("moving window", bought(on("delivered_at", "within", {"last": DAY})),
     "place.clock", "where.value", "window"),
    ("calendar", bought(on("paid_on", "within", {"calendar": "today"})),
     "place.clock", "where.value", "window"),
    ("ago", bought(on("occurred_at", "more_than", {"ago": DAY})), "place.clock", "where.value", "more_than"),
    ("now", bought(on("delivered_at", "<", {"now": True})), "place.clock", "where.value", "`now`"),
    ("today in a range", bought(on("paid_on", "between", ["2026-01-01", {"today": True}])), "place.clock",
     "where.value[1]", "`today`"),
    ("anniversary today", bought(on("paid_on", "anniversary", "today")),
     "place.clock", "where.value", "anniversary"),
    ("next anniversary", bought(on("paid_on", "anniversary", {"next": DAY})),
     "place.clock", "where.value", ""),
    ("weekday of this year", bought(on("paid_on", "anniversary", {"weekday": "monday"})), "place.clock",
     "where.value", ""),
    ("leap day", bought(on("paid_on", "anniversary", {"month": 2, "day": 29})),
     "place.clock", "where.value", ""),
    ("in has", {"latest": "purchase", "has": on("delivered_at", "<", {"now": True})},
     "place.clock", "has.value", ""),
    ("account did", {"related": "account", "where": {"did": "purchase"}}, "place.audience", "related", ""),
    ("account listed", {"related": "account", "where": {"not": {"list": "Newsletter"}}},
     "place.audience", "", ""),
    ("account sampled", {"related": "account", "where": {"sample": {"percent": 1, "salt": "s"}}},
     "place.audience",
     "", ""),
    ("held did", held({"did": "purchase"}), "place.held", "held", "found 'did'"),
    ("held held", held(held({"segment": "VIP"})), "place.held", "held", "found 'held'"),
    ("held entered", held({"any": [{"entered": "VIP"}]}), "place.held", "held.any[0]", "found 'entered'"),
    ("held elsewhere", held(on("account.industry", "is", "x")),
     "place.held", "held.attribute", "the record itself"),
    ("held and elsewhere", held(on("city", "is", {"attribute": "account.industry"})), "place.held",
     "held.value.attribute", "the record itself"),
    ("held by the clock", held(on("seen_at", "within", {"last": DAY})), "place.held", "held.value", "window"),
    ("held until now", held(on("seen_at", "<", {"now": True})), "place.held", "held.value", "`now`"),
    ("held birthday", held(on("birthdate", "anniversary", "today")),
     "place.held", "held.value", "anniversary"),
    # References
    ("draft", {"segment": "Draft"}, "reference.not_live", "segment", "'Draft' is not live"),
    ("left a draft", {"left": "Draft"}, "reference.not_live", "left", "not live"),
    ("other audience", {"segment": "Resellers"}, "reference.audience", "segment", "'partner'"),
    ("other audience's list", {"list": "Trade"}, "reference.audience", "list", "'partner'"),
    # Measures
    ("sum of text", measured({"sum": "channel"}), "type.measure", "measure.sum", "a number"),
    ("average of a time", measured({"average": "paid_on"}), "type.measure", "measure.average", "a number"),
    ("minimum of a choice", measured({"minimum": "channel"}), "type.measure", "measure.minimum", "a time"),
    ("unknown", measured({"maximum": "amont"}), "name.attribute", "measure.maximum", "'amont'"),
    ("distinct places", {"related": "friend", "where": ANYTHING, "measure": {"count_distinct": "home"}},
     "type.measure", "measure.count_distinct", "one value"),
    ("distinct sets", {"related": "friend", "where": ANYTHING, "measure": {"count_distinct": "tags"}},
     "type.measure", "measure.count_distinct", "one value"),
    ("first of records", {"related": "contacts", "where": ANYTHING, "measure": {"first": "age"}},
     "name.attribute",
     "related", ""),
    ("days of records", {"related": "befriended by", "where": ANYTHING, "measure": {"count_days": True}},
     "type.measure", "measure", "no order in time"),
    ("latest of records", {"related": "befriended by", "where": ANYTHING, "measure": {"latest": "age"}},
     "type.measure", "measure", "no order in time"),
    ("periods of records", {"related": "befriended by", "where": ANYTHING,
                            "measure": {"active_periods": {"length": DAY, "of_last": 3}}},
     "type.measure", "measure", "no order in time"),
    ("count and text", measured("count", "=", "3"), "type.value", "is.value", "expected a number"),
    ("count within", measured("count", "within", {"last": DAY}), "type.operator", "is.op", "'within'"),
    ("text in order", measured({"latest": "channel"}, ">", "web"),
     "type.operator", "is.op", "expected one of =, !="),
    ("option", measured({"latest": "channel"}, "=", "fax"), "type.option", "is.value", "fax"),
    ("time and number", measured("first_time", ">", 3), "type.value", "is.value", "a time such as"),
    ("date within hours", measured({"maximum": "paid_on"}, "within", {"last": {"hours": 1}}),
     "value.duration",
     "is.value.last", "days"),
    ("default of a time", {"did": "purchase", "measure": "latest_time"},
     "type.value", "is.value", "a time such as"),
    ("367 periods", measured({"active_periods": {"length": DAY, "of_last": 367}}), "value.count",
     "measure.active_periods.of_last", "367"),
    ("long periods", measured({"active_periods": {"length": {"years": 3}, "of_last": 366}}), "value.duration",
     "measure.active_periods.length", "1000 years"),
    ("no period", measured({"active_periods": {"length": DAY, "of_last": 0}}), "value.count",
     "measure.active_periods.of_last", "0 periods"),
    ("window beside periods", {"did": "purchase", "during": {"last": DAY},
                               "measure": {"active_periods": {"length": DAY, "of_last": 3}}},
     "type.measure", "during", "has its own"),
    ("38 digits", measured({"sum": "amount"}, ">", 10**37), "type.range", "is.value", "37 digits"),
    # Sequences, rankings, samples
    ("one step", {"sequence": [{"did": "purchase"}]}, "form.steps", "sequence", "one step"),
    ("only an absence", {"sequence": [{"not_did": "purchase", "within": DAY}]},
     "form.steps", "sequence", "one step"),
    ("within of the first", {"sequence": [{"did": "purchase", "within": DAY}, {"did": "purchase"}]},
     "form.steps",
     "sequence[0]", "first step"),
    ("same of none", {"sequence": [{"did": "purchase"}] * 2, "same": ["quantity", "colour"]},
     "name.attribute",
     "same[1]", "'colour'"),
    ("same of conflict", {"sequence": [{"did": "page_viewed"}, {"did": "page_shared"}], "same": ["amount"]},
     "type.conflict", "same[0]", "'amount'"),
    ("same place", {"sequence": [{"did": "purchase"}] * 2, "same": ["channel", "shop_at"]},
     "type.operator", "same[1]", "never equal"),
    ("0 percent", {"top": {"percent": 0}, "by": {"attribute": "age"}},
     "value.percent", "top.percent", "found 0"),
    ("101 percent", {"top": {"percent": 101}, "by": {"attribute": "age"}},
     "value.percent", "top.percent", "101"),
    ("top none", {"top": {"count": 0}, "by": {"attribute": "age"}}, "value.count", "top.count", "found 0"),
    ("top by text", {"top": {"count": 1}, "by": {"attribute": "city"}},
     "type.measure", "by.attribute", "a number"),
    ("top by a latest choice", {"top": {"count": 1}, "by": {"latest": "channel"}, "did": "purchase"},
     "type.measure",
     "by", "no order"),
    ("top by nothing", {"top": {"count": 1}, "by": "count"}, "form.missing_key", "", "without interactions"),
    ("top by both", {"top": {"count": 1}, "by": {"attribute": "age"}, "during": {"last": DAY}},
     "form.unknown_key",
     "during", "by an attribute"),
    ("among", {"top": {"count": 1}, "by": {"attribute": "age"}, "among": on("ctiy", "is", "x")},
     "name.attribute",
     "among.attribute", "'ctiy'"),
    ("sample of none", {"sample": {"percent": 0, "salt": "s"}}, "value.percent", "sample.percent", "found 0"),
    ("fine sample", {"sample": {"percent": 0.00001, "salt": "s"}},
     "value.percent", "sample.percent", "4 digits"),
    ("sample from", {"sample": {"percent": 1, "from": -1, "salt": "s"}},
     "value.percent", "sample.from", "-1"),
    ("beyond all", {"sample": {"percent": 60, "from": 50, "salt": "s"}}, "value.percent", "sample", "110"),
]  # fmt: skip
"""What is refused: a name, the condition, code, the place after `where.`, part of the message."""


def _corrected(path: str, condition: dict[str, Any], code: str) -> str:
    """Where the table is silent on the whole path, it lies inside of the related records' condition."""
    if code == "place.audience":
        return "where.where.not" if "not" in condition["where"] else "where.where"
    return f"where.{path}" if path else "where"


@pytest.mark.parametrize(
    ("name", "condition", "code", "path", "message"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_it_is_refused_with_code_place_and_what_was_found(
    name: str, condition: dict[str, Any], code: str, path: str, message: str
) -> None:
    del name
    found = check_json({"where": condition, "audience": "contact"}, SHOP, NAMES)
    assert [(one.code, one.path) for one in found.errors] == [(code, _corrected(path, condition, code))]
    assert message in found.errors[0].message
    assert found.definition is None


ALL_NAMES = (
    "there are account, age, befriended by, birthdate, city, created_at, favourite.colour, former, ..."
)
SUGGESTED: list[tuple[dict[str, Any], str]] = [
    (on("ctiy", "is", "x"), "did you mean 'city'?"),
    (on("account.indutsry", "is", "x"), "did you mean 'industry'?"),
    (on("city", "=", "x"), "did you mean 'is'?"),
    (on("age", "is_not", 3), "did you mean '!='?"),
    (on("tier", "is", "GOLD"), "did you mean 'gold'?"),
    ({"did": "page_view"}, "did you mean 'page_viewed'?"),
    ({"segment": "VPI"}, "did you mean 'VIP'?"),
    ({"list": "news letter"}, "did you mean 'Newsletter'?"),
    ({"did": "page_*", "where": on("urll", "is", "x")}, "did you mean 'url'?"),
    (on("zzz", "is", "x"), ALL_NAMES),
    (on("age", "=", "3"), "write numbers without quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "hint"), SUGGESTED, ids=[row[1] for row in SUGGESTED])
def test_what_was_probably_meant_is_suggested(condition: dict[str, Any], hint: str) -> None:
    [problem] = check(condition).errors
    assert problem.hint == hint


def test_all_problems_come_at_once_in_the_order_of_the_definition() -> None:
    found = check(
        {
            "all": [
                on("ctiy", "is", "x"),
                {"any": [on("age", "=", "3"), {"not": {"segment": "Nobody"}}]},
                {"did": "purchse", "where": on("amont", "=", 1), "of": "acount", "during": {"last": DAY}},
                bought({"all": [on("amont", "=", 1), {"segment": "VIP"}]}),
                on("city", "is", "x"),
            ]
        }
    )
    assert [(problem.code, problem.path) for problem in found.problems] == [
        ("name.attribute", "where.all[0].attribute"),
        ("type.value", "where.all[1].any[0].value"),
        ("name.segment", "where.all[1].any[1].not.segment"),
        ("name.attribute", "where.all[2].of"),
        ("name.attribute", "where.all[3].where.all[0].attribute"),
        ("place.interaction", "where.all[3].where.all[1]"),
    ]
    assert found.definition is None


def test_problems_of_form_and_of_names_come_together_and_warnings_wait() -> None:
    named, formed = on("ctiy", "is", "x"), on("age", "in", [])
    given = {"all": [named, formed, on("age", "=", 2.5), {"held": on("cty", "is")}]}
    found = check_json({"where": given, "audience": "contact"}, SHOP, NAMES)
    assert [(problem.code, problem.path) for problem in found.problems] == [
        ("form.empty", "where.all[1].value"),
        ("form.missing_key", "where.all[3]"),
        ("form.missing_key", "where.all[3].held"),
        ("name.attribute", "where.all[0].attribute"),
        ("name.attribute", "where.all[3].attribute"),
    ]
