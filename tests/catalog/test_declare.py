"""Catalogs as people write them: read whole, with every problem told at once and in its place."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog, Mode, ValueType
from satsuma.catalog.wire import catalog_to_json
from satsuma.catalog.yaml_form import catalog_to_yaml
from satsuma.kernel.errors import CatalogError
from tests.catalog.strategies import catalogs

SHOP = """
timezone: Europe/Berlin
mode: learn                       # or strict
entities:
  contact:
    audience: true
    attributes:
      city: text
      birthdate: date
      tier: {type: choice, options: [bronze, silver, gold]}
      "favourite teams": choices
      account: {type: reference, to: account, inverse: contacts}
  account:
    attributes: {industry: text, revenue: decimal}
interactions:
  purchase:
    audience: contact              # may be left out
    attributes: {amount: decimal, product: {type: reference, to: product}}
"""


def declared(source: Any) -> Catalog:
    return apply(Catalog(), read(source))[0]


def problems_of(source: Any, catalog: Catalog | None = None) -> dict[str, str]:
    """Code and message of every problem, by path."""
    with pytest.raises(CatalogError) as caught:
        apply(catalog or Catalog(), read(source))
    problems: Any = caught.value.details["problems"]
    json.dumps(problems)
    return {
        problem["path"]: f"{problem['code']}: {problem['message']} {problem['hint']}" for problem in problems
    }


def in_contact(**attributes: Any) -> dict[str, Any]:
    return {"entities": {"contact": {"attributes": attributes}}}


def without_numbers(catalog: Catalog) -> Any:
    """All of a catalog but its version and numbers."""

    def strip(data: Any) -> Any:
        match data:
            case dict():
                numbered = {"number", "next_number", "version"}
                return {key: strip(value) for key, value in data.items() if key not in numbered}
            case list():
                return [strip(item) for item in data]
            case _:
                return data

    return strip(catalog_to_json(catalog))


def test_the_example_of_the_guide_is_read() -> None:
    catalog = declared(SHOP)
    contact = catalog.entities["contact"]
    assert (catalog.timezone, catalog.mode, catalog.version) == ("Europe/Berlin", Mode.LEARN, 1)
    assert [(a.name, a.type.value) for a in contact.attributes.values()] == [
        ("city", "text"),
        ("birthdate", "date"),
        ("tier", "choice"),
        ("favourite teams", "choices"),
        ("account", "reference"),
    ]
    assert contact.attributes["tier"].options == ("bronze", "silver", "gold")
    assert catalog.inverses("account")["contacts"] is contact.attributes["account"]
    assert catalog.interactions["purchase"].audience == "contact"
    assert [entity.name for entity in catalog.audiences()] == ["contact"]


def test_a_dict_a_text_and_a_file_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(SHOP, encoding="utf-8")
    assert declared(file) == declared(str(file)) == declared(SHOP) == declared(yaml.safe_load(SHOP))


@given(catalogs())
def test_a_printed_catalog_declares_the_same_catalog(catalog: Catalog) -> None:
    assert without_numbers(declared(catalog_to_yaml(catalog))) == without_numbers(catalog)


def test_a_catalog_is_printed_as_people_write_it() -> None:
    assert "tier: {type: choice, options: [bronze, silver, gold]}\n" in catalog_to_yaml(declared(SHOP))
    assert "account: {type: reference, to: account, inverse: contacts}\n" in catalog_to_yaml(declared(SHOP))


def test_contact_is_an_audience_unless_it_is_said_not_to_be() -> None:
    assert declared({"entities": {"contact": None}}).entities["contact"].audience
    assert not declared({"entities": {"contact": {"audience": False}}}).entities["contact"].audience
    assert not declared({"entities": {"account": None}}).entities["account"].audience


def test_scalars_that_yaml_reads_otherwise_keep_their_text() -> None:
    attributes = "{no: text, 2026-01-01: date, 1: text, on: text, 1e3: number}"
    text = f"entities:\n  contact:\n    attributes: {attributes}\n"
    names = declared(text).entities["contact"].attributes
    assert list(names) == ["no", "2026-01-01", "1", "on", "1e3"]
    options = "entities:\n  contact:\n    attributes: {a: {type: choice, options: [no, 1, 2026-01-01]}}\n"
    assert declared(options).entities["contact"].attributes["a"].options == ("no", "1", "2026-01-01")


def test_a_key_of_a_dict_that_is_no_text_says_to_quote_it() -> None:
    assert (
        "quote it"
        in problems_of({"entities": {"contact": {"attributes": {False: "text"}}}})[
            "entities.contact.attributes.False"
        ]
    )


def test_a_duplicate_key_is_refused_with_its_line() -> None:
    found = problems_of("entities:\n  contact:\n    attributes:\n      a: text\n      a: date\n")
    assert found["entities.contact.attributes.a"].startswith(
        "catalog.duplicate: found the key 'a' again in line 5"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']\n",
        "entities: !x\n  a: text\n",
        "entities: &a {}\ninteractions: *a\n",
        "a: [\n",
        "a: 1\n---\nb: 2\n",
        "? [a]\n: b\n",
        "\ta: b\n",
        "a: \x00\n",
        "[" * 30 + "]" * 30 + "\n",
    ],
)
def test_what_is_no_plain_yaml_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read(text)
    assert caught.value.code == "catalog.yaml"


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        read("nowhere.yaml")


def test_every_problem_is_told_at_once_with_its_path_and_a_suggestion() -> None:
    found = problems_of(
        {
            "timezone": "Europe/Berln",
            "mode": "lern",
            "entitis": {},
            "entities": {
                "contact": {
                    "attributes": {
                        "city": "txt",
                        "id": "text",
                        "tier": {"type": "choice", "options": []},
                        "size": {"type": "choice", "options": ["s", "s", "", 1]},
                        "age": {"type": "integer", "options": ["1"]},
                        "account": {"type": "reference", "to": "acount"},
                        "owner": {"type": "reference"},
                        "a\nb": "text",
                        " x": "text",
                        "strange": ["text"],
                    }
                },
                "account": {"audience": "perhaps", "attributs": {}},
            },
            "interactions": {"opened": {"audience": "contcat", "attributes": {"hour": "integer"}}},
        }
    )
    contact = "entities.contact.attributes"
    assert set(found) == {
        "timezone",
        "mode",
        "entitis",
        f"{contact}.city.type",
        f"{contact}.id",
        f"{contact}.tier.options",
        f"{contact}.size.options.1",
        f"{contact}.size.options.2",
        f"{contact}.size.options.3",
        f"{contact}.age.options",
        f"{contact}.account.to",
        f"{contact}.owner",
        f"{contact}.a\nb",
        f"{contact}. x",
        f"{contact}.strange",
        "entities.account.audience",
        "entities.account.attributs",
        "interactions.opened.audience",
        "interactions.opened.attributes.hour",
    }
    for path, near in [
        ("timezone", "Europe/Berlin"),
        ("mode", "learn"),
        ("entitis", "entities"),
        (f"{contact}.city.type", "text"),
        (f"{contact}.account.to", "account"),
        ("entities.account.attributs", "attributes"),
        ("interactions.opened.audience", "contact"),
    ]:
        assert f"did you mean '{near}'?" in found[path]


def test_one_problem_alone_gives_its_own_code() -> None:
    with pytest.raises(CatalogError) as caught:
        declared(in_contact(city="txt"))
    assert caught.value.code == "catalog.unknown"
    assert "entities.contact.attributes.city.type" in caught.value.message


def test_an_entity_that_is_only_referred_to_is_added_when_learning_and_refused_when_strict() -> None:
    product = in_contact(wish={"type": "reference", "to": "product"})
    assert "product" in declared(product).entities
    assert (
        "catalog.unknown" in problems_of({"mode": "strict", **product})["entities.contact.attributes.wish.to"]
    )


def test_an_interaction_needs_an_audience_that_can_be_told() -> None:
    two = {"entities": {"contact": None, "lead": {"audience": True}, "account": None}}
    assert "contact, lead" in problems_of({**two, "interactions": {"opened": None}})["interactions.opened"]
    assert "none" in problems_of({"interactions": {"opened": None}})["interactions.opened"]
    of_account = {**two, "interactions": {"opened": {"audience": "account"}}}
    assert "audience: true" in problems_of(of_account)["interactions.opened.audience"]


@pytest.mark.parametrize("inverse", ["industry", "id", "contacts", "x" * 121])
def test_an_inverse_must_not_clash(inverse: str) -> None:
    found = problems_of(
        {
            "entities": {
                "contact": {
                    "attributes": {
                        "account": {"type": "reference", "to": "account", "inverse": "contacts"},
                        "employer": {"type": "reference", "to": "account", "inverse": inverse},
                    }
                },
                "account": {"attributes": {"industry": "text"}},
            }
        }
    )
    # Which of the two has to give way is for the writer to say.
    assert list(found) in (
        ["entities.contact.attributes.employer.inverse"],
        ["entities.account.attributes.industry"],
    )


def test_names_are_kept_in_normal_form_and_two_spellings_are_one() -> None:
    apart, joined = "e\u0301", "\u00e9"
    once = {"entities": {"contact": {"attributes": {apart: "text"}}}}
    assert list(declared(once).entities["contact"].attributes) == [joined]
    twice = {"entities": {"contact": {"attributes": {apart: "text", joined: "date"}}}}
    assert "twice" in problems_of(twice)[f"entities.contact.attributes.{joined}"]


def test_the_short_form_is_the_type_alone() -> None:
    long, short = in_contact(a={"type": "number"}), in_contact(a="number")
    assert declared(long) == declared(short)
    assert declared(short).entities["contact"].attributes["a"].type is ValueType.NUMBER
