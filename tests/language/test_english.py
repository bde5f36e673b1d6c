"""Plain English: a sentence for every form, that says what the form says and can be read in one way only."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings

from satsuma.catalog.model import Attribute, Catalog, Entity, OwnerKind, ValueType
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.language import tree
from satsuma.language.english import english, hover
from satsuma.language.english.messages import MESSAGES
from satsuma.language.english.nouns import deed_of, plural, singular, words_of
from satsuma.language.text import parse_text
from tests.strategies.trees import conditions

SENTENCES = {
    "everyone": "All contacts",
    "nobody": "No contacts",
    'city is "Paris" and tier is "gold"': "Contacts whose city is “Paris” and whose tier is “gold”",
    'city is "a" or not city is present': "Contacts whose city is “a” or whose city is not known",
    '(city is "a" or city is "b") and vip is true': (
        "Contacts (whose city is “a” or whose city is “b”) and who are marked as vip"
    ),
    'vip is true and (city is "a" or city is "b")': (
        "Contacts who are marked as vip and either whose city is “a” or whose city is “b”"
    ),
    'not (city is "a" and city is "b")': (
        "Contacts who are not among those (whose city is “a” and whose city is “b”)"
    ),
    'name is not exactly "Bo"': "Contacts whose name is not “Bo” (in exactly this spelling)",
    'account.industry in ("Retail", "Media", "Wine")': (
        "Contacts whose account’s industry is “Retail”, “Media” or “Wine”"
    ),
    "revenue >= 1000000": "Contacts whose revenue is at least 1,000,000",
    "not revenue >= 1": "Contacts whose revenue is not at least 1",
    'renewal < "2026-05-01"': "Contacts whose renewal is before 1 May 2026",
    "renewal <= today plus 30 days": "Contacts whose renewal is 30 days after today or earlier",
    "created_at within last 30 days": "Contacts whose created at is in the last 30 days",
    "renewal within the month 3 months ago": "Contacts whose renewal is in the month 3 months ago",
    "birthdate has anniversary on may 17": "Contacts whose birthdate has its anniversary on 17 May",
    "home within 50 km of (37.77, -122.42)": "Contacts whose home is within 50 km of (37.77, -122.42)",
    'tags has none of ("a", "b")': "Contacts whose tags include none of “a” or “b”",
    'tags has all of ("a", "b")': "Contacts whose tags include “a” and “b”",
    'did email_opened at least 3 times in the last 30 days where campaign is "spring"': (
        "Contacts who opened an email (whose campaign is “spring”) at least 3 times in the last 30 days"
    ),
    "did not purchase in the last 60 days": "Contacts who did not make a purchase in the last 60 days",
    "did not any of (email_opened, email_clicked)": "Contacts who did not open an email or click an email",
    "did support_ticket exactly 1 time": "Contacts who had a support ticket exactly 1 time",
    "did page_* on at least 3 days": (
        "Contacts who had an interaction of a type like “page_*” on at least 3 days"
    ),
    "did purchase in at least 3 of the last 4 weeks": (
        "Contacts who made a purchase in at least 3 of the last 4 weeks"
    ),
    "did email_opened by any of account.contacts": (
        "Contacts whose account’s contacts together opened an email"
    ),
    "sum of amount over purchase in the last 90 days >= 500": (
        "Contacts whose total amount of purchases in the last 90 days is at least 500"
    ),
    "first time of purchase in the last 7 days": "Contacts whose first purchase is in the last 7 days",
    'latest support_ticket has status is "open"': (
        "Contacts whose latest support ticket is one whose status is “open”"
    ),
    "did form_submitted then purchase within 7 days during this year": (
        "Contacts who submitted a form and then made a purchase within 7 days, all of it this year"
    ),
    "did cart_added then not purchase within 2 days": (
        "Contacts who added to the cart and then did not make a purchase within 2 days"
    ),
    "did a then b within 1 day without c with the same x": (
        "Contacts who had an a and then had a b within 1 day with no c in between, all with the same x"
    ),
    "has no registrations": "Contacts who have no registrations",
    'has at least 2 registrations where (event.kind is "webinar" and attended is true)': (
        "Contacts who have at least 2 registrations "
        "(whose event’s kind is “webinar” and that are marked as attended)"
    ),
    'status is "trial" for at least 7 days': (
        "Contacts who for at least 7 days have been among those whose status is “trial”"
    ),
    'in segment "VIP" and not in list "Do not contact"': (
        "Contacts who are in the segment “VIP” and who are not on the list “Do not contact”"
    ),
    'entered segment "Trial" in the last 14 days': (
        "Contacts who entered the segment “Trial” in the last 14 days"
    ),
    'not consent "email" is granted': "Contacts whose consent to “email” is not granted",
    "top 5% by sum of amount over purchase": (
        "Contacts who are among the top 5% by total amount of purchases"
    ),
    'sample 10% salt "x"': "Contacts who are in the random sample “x” of 10%",
    'everyone except segment "Staff"': "Contacts who are not in the segment “Staff”",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_definition_is_said_in_plain_english(text: str) -> None:
    assert english(parse_text(text)) == SENTENCES[text]


@given(conditions())
@settings(max_examples=200)
def test_every_condition_and_its_opposite_has_a_sentence(condition: tree.Condition) -> None:
    said, opposite = english(condition), english(tree.Not(condition))
    assert said[0] == said[0].upper()
    assert said != opposite
    assert hover(condition)


LETTERS = ("A", "B", "C")


def truth(node: tree.Condition, row: dict[str, bool]) -> bool:
    match node:
        case tree.All(parts):
            return all(truth(part, row) for part in parts)
        case tree.AnyOf(parts):
            return any(truth(part, row) for part in parts)
        case tree.Not(inner):
            return not truth(inner, row)
        case tree.InSegment(str(name)):
            return row[name]
        case _:
            raise AssertionError(node)


def grown(smaller: list[tree.Condition]) -> list[tree.Condition]:
    pairs = [pair for pair in product(smaller, repeat=2) if pair[0] != pair[1]]
    return [
        *smaller,
        *(tree.Not(one) for one in smaller),
        *(tree.All(pair) for pair in pairs),
        *(tree.AnyOf(pair) for pair in pairs),
    ]


def test_groups_inside_groups_are_never_said_like_others_that_mean_something_else() -> None:
    leaves: list[tree.Condition] = [tree.InSegment(letter) for letter in LETTERS]
    groups = grown(leaves)
    deep = [*grown(groups[:12]), *(tree.All((one, leaves[0], two)) for one, two in product(groups, repeat=2))]
    rows = [dict(zip(LETTERS, values, strict=True)) for values in product((False, True), repeat=3)]
    meanings: dict[str, list[bool]] = {}
    for node in deep:
        table = [truth(node, row) for row in rows]
        assert meanings.setdefault(english(node), table) == table, english(node)
    assert len(deep) > 500


def test_the_audience_names_the_subject_and_how_it_is_referred_to() -> None:
    where = parse_text('in segment "A" or city is "b"')
    assert english(tree.Source(where, audience="account")) == (
        "Accounts that are in the segment “A” or whose city is “b”"
    )
    assert english(tree.Source(where, audience="lead")).startswith("Leads who are")
    assert english(tree.Source(audience="lead", kind=tree.Kind.STATIC)) == "Leads picked by hand"


def catalog() -> Catalog:
    attributes = {
        name: Attribute(number, name, kind, "company", OwnerKind.ENTITY)
        for number, (name, kind) in enumerate(
            {"signed": ValueType.DATE, "renewal": ValueType.DATE, "code": ValueType.TEXT}.items(), start=2
        )
    }
    company = Entity(1, "company", audience=True, attributes=attributes)
    return Catalog(entities={"company": company}, timezone="Europe/Berlin")


def test_the_catalog_tells_the_audience_and_which_attributes_are_dates() -> None:
    known = catalog()
    assert english(parse_text("renewal > attribute signed"), known) == (
        "Companies whose renewal is after the signed"
    )
    assert english(parse_text('code = "2026-01-01"'), known) == "Companies whose code is “2026-01-01”"


def test_with_now_rolling_windows_say_on_which_date_they_begin() -> None:
    now = parse_instant("2026-03-10T23:30:00Z", UTC)
    said = english(parse_text("did purchase in the last 30 days"), catalog(), now)
    # 00:30 on 11 March in Berlin.
    assert said == "Companies that made a purchase in the last 30 days (since 9 February 2026)"


def test_hovering_over_a_group_tells_how_its_conditions_join() -> None:
    assert hover(parse_text("a is 1 and b is 2 and c is 3")) == (
        "True if every one of these 3 conditions is true."
    )
    assert hover(parse_text("a is 1 or b is 2")) == ("True if at least one of these 2 conditions is true.")
    assert hover(parse_text("not (a is 1 or b is 2)")) == "True if what follows is not."
    assert hover(parse_text("a is 1")) == "True for contacts whose a is 1."


@pytest.mark.parametrize(
    ("name", "past", "base", "things"),
    [
        ("email_opened", "opened an email", "open an email", "emails opened"),
        ("Order Completed", "completed an order", "complete an order", "orders completed"),
        ("formSubmitted", "submitted a form", "submit a form", "forms submitted"),
        ("unsubscribed", "unsubscribed", "unsubscribe", "“unsubscribed”"),
        ("order", "placed an order", "place an order", "orders"),
        ("support_ticket", "had a support ticket", "have a support ticket", "support tickets"),
        ("quiz_flumoxed", "had a quiz flumoxed", "have a quiz flumoxed", "quiz flumoxeds"),
        ("x/y", "had a “x/y”", "have a “x/y”", "“x/y”"),
    ],
)
def test_type_names_become_verbs_where_their_last_word_is_known(
    name: str, past: str, base: str, things: str
) -> None:
    deed = deed_of(name)
    assert (deed.past, deed.base, deed.things) == (past, base, things)


def test_nouns_have_plurals_and_singulars() -> None:
    for one, several in [
        ("contact", "contacts"),
        ("company", "companies"),
        ("box", "boxes"),
        ("person", "people"),
        ("day", "days"),
    ]:
        assert plural(one) == several
        if one != "person":
            assert singular(several) == one
    assert words_of("favouriteTeams") == "favourite teams"
    assert words_of("VIP_level") == "VIP level"


def test_opposite_messages_stand_beside_their_positives() -> None:
    for key in MESSAGES:
        if key.endswith(".not"):
            assert key.removesuffix(".not") in MESSAGES or key in {"hover.not", "clause.not"}, key
        if key.endswith(".one"):
            assert key.removesuffix(".one") + ".other" in MESSAGES, key
