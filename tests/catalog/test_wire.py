"""The stored form of a catalog gives the very catalog back."""

import json

import pytest
from hypothesis import given

from satsuma.catalog.model import Catalog
from satsuma.catalog.wire import catalog_from_json, catalog_to_json
from satsuma.kernel.errors import WorkspaceDamagedError
from tests.catalog.strategies import catalogs


@given(catalogs())
def test_any_catalog_comes_back_from_json_text_as_it_was(catalog: Catalog) -> None:
    assert catalog_from_json(json.loads(json.dumps(catalog_to_json(catalog)))) == catalog


@given(catalogs())
def test_a_catalog_comes_back_in_its_order(catalog: Catalog) -> None:
    back = catalog_from_json(catalog_to_json(catalog))
    assert list(back.entities) == list(catalog.entities)
    for name, entity in catalog.entities.items():
        assert list(back.entities[name].attributes) == list(entity.attributes)


@pytest.mark.parametrize("broken", [{}, {**catalog_to_json(Catalog()), "mode": "maybe"}, {"entities": [{}]}])
def test_what_is_no_stored_catalog_is_damage_and_says_so(broken: dict[str, object]) -> None:
    with pytest.raises(WorkspaceDamagedError, match="stored catalog"):
        catalog_from_json(broken)
