"""Forms: for each form of condition, what it says of the shop in `states`, worked out by hand."""

from __future__ import annotations

from typing import Any

EVERYONE = {"ann", "bob", "cat", "dan", "eve"}

Form = tuple[str, dict[str, Any], set[str]]

FORMS: list[Form] = [
    ("all of nothing is everyone", {"all": []}, EVERYONE),
    ("any of nothing is no one", {"any": []}, set()),
    ("text compares folded", {"attribute": "city", "op": "is", "value": "paris"}, {"ann", "bob", "dan"}),
    (
        "or as written",
        {"attribute": "city", "op": "is", "value": "Paris", "case": "exact"},
        {"ann", "dan"},
    ),
    (
        "a negative operator holds where the value is missing",
        {"attribute": "city", "op": "is_not", "value": "Paris"},
        {"cat", "eve"},
    ),
    (
        "the complement of a comparison through references holds behind one that leads nowhere",
        {"not": {"attribute": "account.industry", "op": "is", "value": "retail"}},
        {"cat", "dan", "eve"},
    ),
    ("integers compare with fractions", {"attribute": "age", "op": ">", "value": 29.5}, {"ann", "bob"}),
    ("decimals are exact", {"attribute": "spent", "op": "=", "value": 10.5}, {"ann"}),
    (
        "a decimal beside an integer plus a fraction",
        {"attribute": "spent", "op": "<", "value": {"attribute": "age", "plus": -40.5}},
        {"bob"},
    ),
    ("patterns", {"attribute": "city", "op": "like", "value": "p_r%"}, {"ann", "bob", "dan"}),
    ("regular expressions", {"attribute": "city", "op": "matches", "value": "^r.m"}, {"cat"}),
    ("sets", {"attribute": "tags", "op": "has_any", "value": ["b", "c"]}, {"ann", "cat"}),
    ("the very set", {"attribute": "tags", "op": "is", "value": ["b"]}, {"cat"}),
    (
        "distance",
        {
            "attribute": "home",
            "op": "within_km",
            "value": {"km": 100, "of": {"latitude": 52, "longitude": 13}},
        },
        {"ann"},
    ),
    (
        "29 February is celebrated on 28 February, by days of the year",
        {"attribute": "birth", "op": "anniversary", "value": {"month": 2, "day": 28}},
        {"bob"},
    ),
    (
        "anniversaries ahead",
        {"attribute": "birth", "op": "anniversary", "value": {"next": {"days": 7}}},
        {"ann"},
    ),
    (
        "a time counts as its local day: half past midnight in Berlin",
        {"attribute": "signup", "op": "=", "value": "2026-03-29"},
        {"ann"},
    ),
    ("having done", {"did": "purchase"}, {"ann", "bob"}),
    (
        "not having done counts those who never did anything",
        {"did": "purchase", "is": {"op": "=", "value": 0}},
        {"cat", "dan", "eve"},
    ),
    (
        "a window leaves its beginning out",
        {"did": "purchase", "during": {"last": {"days": 6}}, "is": {"op": ">=", "value": 1}},
        {"ann"},
    ),
    (
        "sums of decimals",
        {"did": "purchase", "measure": {"sum": "amount"}, "is": {"op": "=", "value": 10.1}},
        {"ann"},
    ),
    (
        "sums of doubles keep what large values that cancel would swallow",
        {"did": "purchase", "measure": {"sum": "weight"}, "is": {"op": "=", "value": 1}},
        {"ann"},
    ),
    (
        "averages do not divide",
        {"did": "purchase", "measure": {"average": "amount"}, "is": {"op": "=", "value": 5.05}},
        {"ann"},
    ),
    (
        "local days: the night in which clocks went forward",
        {"did": "purchase", "measure": {"count_days": True}, "is": {"op": "=", "value": 2}},
        {"ann"},
    ),
    (
        "distinct texts are folded",
        {"did": "*", "measure": {"count_distinct": "item"}, "is": {"op": "=", "value": 2}},
        {"ann", "bob"},
    ),
    (
        "the latest, missing if missing there",
        {"did": "purchase", "measure": {"latest": "item"}, "is": {"op": "!=", "value": "z"}},
        {"ann", "cat", "dan", "eve"},
    ),
    (
        "the first time",
        {"did": "*", "measure": "first_time", "is": {"op": "within", "value": {"last": {"days": 25}}}},
        {"bob", "dan"},
    ),
    (
        "active periods",
        {
            "did": "purchase",
            "measure": {"active_periods": {"length": {"weeks": 1}, "of_last": 4}},
            "is": {"op": ">=", "value": 2},
        },
        {"ann"},
    ),
    (
        "a measure beside an attribute of its record",
        {"did": "purchase", "measure": {"sum": "amount"}, "is": {"op": "<", "value": {"attribute": "spent"}}},
        {"ann"},
    ),
    (
        "the sum over what cannot have happened is 0 beside an attribute too",
        {
            "did": "purchase",
            "during": {"next": {"days": 1}},
            "measure": {"sum": "weight"},
            "is": {"op": "<", "value": {"attribute": "age"}},
        },
        {"ann", "bob"},
    ),
    (
        "a condition on an interaction",
        {"did": "*", "where": {"attribute": "hour", "op": "=", "value": 0}},
        {"ann"},
    ),
    ("the first", {"first": "form", "has": {"attribute": "item", "op": "is", "value": "x"}}, {"ann", "bob"}),
    ("the latest", {"latest": "form", "has": {"attribute": "item", "op": "is_missing"}}, {"bob", "dan"}),
    (
        "one after another",
        {"sequence": [{"did": "form"}, {"did": "purchase", "within": {"days": 14}}]},
        {"ann", "bob"},
    ),
    (
        "with the same value",
        {"sequence": [{"did": "form"}, {"did": "purchase"}], "same": ["item"]},
        {"ann"},
    ),
    (
        "with nothing between",
        {
            "sequence": [
                {"did": "form"},
                {"did": "purchase", "not_did": {"did": "form"}, "within": {"days": 5}},
            ]
        },
        {"ann"},
    ),
    (
        "and then not",
        {"sequence": [{"did": "form"}, {"not_did": {"did": "purchase"}, "within": {"days": 7}}]},
        {"bob"},
    ),
    (
        "held since",
        {
            "held": {"attribute": "city", "op": "is", "value": "Paris"},
            "for": {"op": "<", "value": {"days": 30}},
        },
        {"dan"},
    ),
    (
        "held through memberships",
        {"held": {"not": {"segment": "Trial"}}, "for": {"op": "<", "value": {"days": 2}}},
        {"bob"},
    ),
    ("in a segment", {"segment": "Trial"}, {"ann"}),
    ("on a list", {"list": "News"}, {"cat"}),
    ("entered", {"entered": "Trial"}, {"ann", "bob"}),
    ("left", {"left": "Trial", "during": {"last": {"days": 7}}}, {"bob"}),
    ("consent granted last", {"consent": "email", "is": "granted"}, {"ann"}),
    ("of one instant, the denial", {"consent": "email", "is": "denied"}, {"bob"}),
    ("no entry is unknown", {"consent": "email", "is": "unknown"}, {"cat", "dan", "eve"}),
    (
        "over related records",
        {
            "related": "account.contacts",
            "where": {"attribute": "age", "op": ">", "value": 35},
            "is": {"op": "=", "value": 0},
        },
        {"cat", "dan", "eve"},
    ),
    (
        "back and forward again, each record once",
        {
            "related": "account.contacts.account",
            "where": {"all": []},
            "is": {"op": "=", "value": 1},
        },
        {"ann", "bob", "cat"},
    ),
    (
        "what others did",
        {"did": "purchase", "of": "account.contacts", "is": {"op": "=", "value": 4}},
        {"ann", "bob"},
    ),
    (
        "the top by a sum counts those with nothing as 0, and breaks ties by key",
        {"top": {"count": 3}, "by": {"sum": "amount"}, "did": "purchase"},
        {"ann", "bob", "cat"},
    ),
    (
        "a percentage rounds up",
        {"top": {"percent": 7.5}, "by": {"attribute": "age"}, "order": "lowest"},
        {"ann"},
    ),
    ("a whole sample", {"sample": {"percent": 100, "salt": "it's"}}, EVERYONE),
]
