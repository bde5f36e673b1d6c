"""The editor's questions: what could stand here, and what does this say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, OwnerKind, ValueType
from satsuma.language import tree
from satsuma.language.binding.names import NO_NAMES, SegmentEntry
from satsuma.language.editor import Candidate, complete, hover_at
from satsuma.language.text import TextError, parse_text
from satsuma.language.text.words import RESERVED
from tests.language.test_text_page import examples

T = ValueType


def attributes(
    owner: str, kind: OwnerKind, **types: ValueType | tuple[str, ...] | str
) -> dict[str, Attribute]:
    """Attributes of an owner: a type, the options of a choice, or `entity/inverse` of a reference."""
    found = {}
    for word, type in types.items():
        name = word.replace("__", " ")
        match type:
            case ValueType():
                found[name] = Attribute(1, name, type, owner, kind)
            case tuple():
                found[name] = Attribute(1, name, T.CHOICE, owner, kind, options=type)
            case _:
                to, _, inverse = type.partition("/")
                found[name] = Attribute(1, name, T.REFERENCE, owner, kind, to=to, inverse=inverse or None)
    return found


def entity(name: str, audience: bool = False, **types: ValueType | tuple[str, ...] | str) -> Entity:
    return Entity(1, name, audience, attributes(name, OwnerKind.ENTITY, **types))


def interaction(name: str, **types: ValueType | tuple[str, ...] | str) -> InteractionType:
    return InteractionType(1, name, "contact", attributes(name, OwnerKind.INTERACTION, **types))


CATALOG = Catalog(
    entities={
        "contact": entity(
            "contact", True, city=T.TEXT, age=T.INTEGER, born=T.DATE, vip=T.BOOLEAN, home=T.LOCATION,
            tier=("gold", "silver"), account="account/contacts", favourite__teams=T.CHOICES, first=T.TEXT,
        ),
        "account": entity("account", industry=("Retail", "Media"), parent="account/children"),
        "registration": entity("registration", contact="contact/registrations", attended=T.BOOLEAN),
    },
    interactions={
        "purchase": interaction("purchase", amount=T.DECIMAL, channel=("web", "shop"), product=T.TEXT),
        "page_viewed": interaction("page_viewed", path=T.TEXT),
        "page_left": interaction("page_left", seconds=T.NUMBER),
    },
)  # fmt: skip


class Names(type(NO_NAMES)):  # type: ignore[misc] # a plain class, reached by its one instance
    def segment_names(self) -> Iterable[str]:
        return ("VIP", "Staff and friends")

    def list_names(self) -> Iterable[str]:
        return ("newsletter",)

    def find_segment(self, ref: str | int) -> SegmentEntry | None:  # noqa: ARG002 -- the protocol's
        return None


def cities(attribute: Attribute, begin: str) -> list[tuple[str, int]]:
    known = {"city": [("Paris", 1200), ("Pau", 3), ("Lyon", 40)]}.get(attribute.name, [])
    return [(value, count) for value, count in known if value.lower().startswith(begin.lower())]


def at(text: str) -> list[Candidate]:
    """Candidates at the mark | in a text."""
    offset = text.index("|")
    return complete(text.replace("|", ""), offset, CATALOG, Names(), cities)


def texts(marked: str, kind: str | None = None) -> set[str]:
    return {found.text for found in at(marked) if kind in (None, found.kind)}


OWN = {"city", "age", "born", "vip", "home", "tier", "account", '"favourite teams"', '"first"', "id"}
BOUGHT = {"amount", "channel", "product", "id", "occurred_at", "hour", "weekday"}


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("|", "attribute", OWN),
        ("vip is true and |", "attribute", OWN),
        ("c|", "attribute", {"city"}),
        ('"fav|', "attribute", {'"favourite teams"'}),
        ("account.|", "attribute", {"account.industry", "account.parent", "account.id"}),
        ("account.parent.in|", "attribute", {"account.parent.industry"}),
        ("age >= attribute |", "attribute", OWN),
        ("did |", "interaction", {"purchase", "page_viewed", "page_left"}),
        ("did any of (purchase, pa|", "interaction", {"page_viewed", "page_left"}),
        ("sum of amount over |", "interaction", {"purchase", "page_viewed", "page_left"}),
        ("sum of |", "attribute", BOUGHT | {"path", "seconds"}),
        ("did purchase where |", "attribute", BOUGHT),
        ("did purchase where (hour > 8 and |", "attribute", BOUGHT),
        ("did purchase where product is member |", "attribute", OWN),
        ("did page_* where |", "attribute", {"path", "seconds", "id", "occurred_at", "hour", "weekday"}),
        ("did page_viewed then purchase where |", "attribute", BOUGHT),
        ("did page_viewed where (path is 1) and |", "attribute", OWN),
        ("latest purchase has |", "attribute", BOUGHT),
        ("first purchase where (hour > 1) has a|", "attribute", {"amount"}),
        ("has |", "relationship", {"registrations", "account"}),
        ("has at least 2 |", "relationship", {"registrations", "account"}),
        ("sum of x over related |", "relationship", {"registrations", "account"}),
        ("has account.|", "relationship", {"account.contacts", "account.children", "account.parent",
                                           "registrations", "account"} - {"registrations", "account"}),
        ("has registrations where |", "attribute", {"contact", "attended", "id"}),
        ("has no registrations where (attended is true and |", "attribute", {"contact", "attended", "id"}),
        ('top 5% by sum of amount over purchase where channel is "web" among |', "attribute", OWN),
        ("top 5 by attribute |", "attribute", OWN),
        ("in segment |", "segment", {'"VIP"', '"Staff and friends"'}),
        ('in segment "St|', "segment", {'"Staff and friends"'}),
        ("vip is true and in list |", "list", {'"newsletter"'}),
        ("city is |", "value", {'"Paris"', '"Pau"', '"Lyon"'}),
        ('city is "Pa|', "value", {'"Paris"', '"Pau"'}),
        ('city in ("Lyon", |', "value", {'"Paris"', '"Pau"', '"Lyon"'}),
        ("tier is not |", "value", {'"gold"', '"silver"'}),
        ("account.industry in (|", "value", {'"Retail"', '"Media"'}),
        ('did purchase where channel is "w|', "value", {'"web"'}),
        ('did purchase where weekday is "mo|', "value", {'"monday"'}),
        ("born > |", "value", set()),
        ("did purchase from |", "value", set()),
        ('consent "email" is |', "word", {"granted", "denied", "unknown"}),
        ("did purchase in the last 3 |", "word",
         {"seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"}),
        ("born has anniversary in m|", "word", {"march", "may", "month"}),
        ("did purchase during th|", "word", {"this", "the"}),
        ("did purchase in the last |", "word", set()),
        ("vip is |", "word", {"true", "false", "not", "missing", "present", "exactly", "in", "the",
                              "attribute", "member", "now", "today"}),
    ],
)  # fmt: skip
def test_what_could_stand_at_a_place(text: str, kind: str, expected: set[str]) -> None:
    assert texts(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("city |", {"is", "in", "contains", "starts", "like"}, {">=", "within", "has", "during"}),
        ("age |", {">=", "=", "between", "in", "not"}, {"contains", "within", "has"}),
        ("born |", {">=", "within", "has", "more", "between", "during", "from"}, {"contains", "like"}),
        ("home |", {"within", "is"}, {">=", "contains", "has"}),
        ("vip |", {"is"}, {">=", "in", "has"}),
        ("account.industry |", {"is", "in", "not"}, {">=", "contains"}),
        ("unknown |", {"is", ">=", "contains", "within", "has"}, set()),
        ("did purchase where amount |", {">=", "between"}, {"contains", "has"}),
        ("did purchase where occurred_at |", {">=", "within"}, {"contains"}),
    ],
)
def test_operators_are_those_of_the_attribute_s_type(text: str, some: set[str], none: set[str]) -> None:
    found = texts(text, "operator")
    assert some <= found
    assert not none & found


def test_words_are_offered_where_they_could_stand() -> None:
    assert {"everyone", "did", "has", "not", "top", "sum", "average", "number", "in"} <= texts("|", "word")
    after = texts("did purchase |", "word")
    assert {"at", "in", "during", "where", "then", "and", "or", "by", "on"} <= after
    assert "everyone" not in after
    assert texts("did purchase wh|") == {"where"}


def test_a_candidate_replaces_what_has_been_typed() -> None:
    [found] = at('vip is true and "fav|" is 1')
    text = 'vip is true and "fav" is 1'
    assert text[: found.start] + found.text + text[found.end :] == 'vip is true and "favourite teams" is 1'
    assert (found.label, found.detail) == ("favourite teams", "choices")
    [paris] = at('city is "Pari|')
    assert (paris.label, paris.detail, paris.start, paris.end) == ("Paris", "1,200", 8, 13)


def test_nothing_is_offered_after_what_cannot_be_read() -> None:
    assert at("city is is |") == []
    assert at("city is ) |") == []


@given(st.sampled_from(examples("satsuma") + examples("satsuma-also")), st.integers(0, 200))
@settings(max_examples=150)
def test_every_word_of_a_text_is_offered_where_it_stands(text: str, number: int) -> None:
    words = text.split(" ")
    at_word = number % len(words)
    before = " ".join(words[:at_word]) + (" " if at_word else "")
    word = words[at_word].strip("(),")
    if word.lower() not in RESERVED or before.count('"') % 2:
        return
    opening = words[at_word].partition(word)[0]
    found = complete(before + opening, len(before + opening), CATALOG)
    assert word in {candidate.text for candidate in found}, (before, word)


@given(st.sampled_from(examples("satsuma")), st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=150)
def test_any_place_in_any_text_can_be_asked_about(text: str, cut: int, offset: int) -> None:
    text = text[: cut + 1]
    offset = min(offset, len(text))
    for candidate in complete(text, offset, CATALOG, Names(), cities):
        assert 0 <= candidate.start <= offset <= candidate.end <= len(text)
    found = hover_at(text, offset, CATALOG)
    try:
        condition = parse_text(text)
    except TextError:
        assert found is None
    else:
        assert found is not None or condition == tree.EVERYONE or offset > len(text.rstrip())


def test_hovering_says_the_innermost_condition() -> None:
    text = 'vip is true and (did purchase where channel is "web" or age > 5)'
    group = hover_at(text, text.index("and"))
    assert group is not None
    assert (group.path, group.text) == ("where", "True if every one of these 2 conditions is true.")
    inner = hover_at(text, text.index("channel") + 2)
    assert inner is not None
    assert inner.path == "where.all[1].any[0].where"
    assert inner.text == "True for interactions whose channel is “web”."
    assert text[inner.start : inner.end] == 'channel is "web"'
    deed = hover_at(text, text.index("purchase"))
    assert deed is not None
    assert deed.text == "True for contacts who made a purchase (whose channel is “web”)."
    records = hover_at("has registrations where attended is true", 30)
    assert records is not None
    assert records.text == "True for related records that are marked as attended."
