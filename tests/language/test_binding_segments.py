"""What the checker refuses of whole segments: their audience, what they refer to, and trees too large."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.catalog.model import Catalog
from satsuma.kernel.limits import DEPTH_LEVELS_MAX, NODES_MAX, REFERENCE_DEPTH_MAX
from satsuma.language import tree
from satsuma.language.binding import ListEntry, SegmentEntry, bind
from satsuma.language.problems import Severity
from satsuma.language.tree import Op
from tests.language.forms import ANYTHING, held, on
from tests.language.shop import SHOP, ShopNames, catalog, check

SEGMENTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"kind": "dynamic"}, "segment.where", "where", "a dynamic segment needs"),
    ({"kind": "compound"}, "segment.where", "where", "a compound segment needs"),
    ({"kind": "static", "where": ANYTHING}, "segment.where", "where", "a static segment"),
    ({"where": ANYTHING, "audience": "account"}, "segment.audience", "audience", "is no audience"),
    ({"where": ANYTHING, "audience": "contcat"}, "segment.audience", "audience", "does not exist"),
    ({"where": ANYTHING, "timezone": "Berlin"}, "segment.timezone", "timezone", "Berlin"),
    ({"where": ANYTHING, "tests": {"in": ["a", "b"], "out": ["b"]}}, "segment.tests", "tests.in[1]", "'b'"),
    (
        {"kind": "compound", "where": {"all": [{"list": "Newsletter"}]}},
        "place.compound",
        "where.all[0]",
        "'list'",
    ),
    ({"kind": "compound", "where": on("city", "is", "x")}, "place.compound", "where", "'attribute'"),
    ({"kind": "compound", "where": held({"segment": "VIP"})}, "place.compound", "where", "'held'"),
    ({"name": "vip", "where": {"not": {"segment": "VIP"}}}, "reference.cycle", "where.not.segment", "itself"),
    ({"name": "new", "where": {"left": "NEW"}}, "reference.cycle", "where.left", "itself"),
    ({"name": "VIP", "where": {"segment": "Uses VIP"}}, "reference.cycle", "where.segment", "depends on"),
]


@pytest.mark.parametrize(("segment", "code", "path", "message"), SEGMENTS, ids=lambda it: str(it)[:50])
def test_a_segment_is_refused_with_code_and_place(
    segment: dict[str, Any], code: str, path: str, message: str
) -> None:
    [problem] = check(segment).errors
    assert (problem.code, problem.path) == (code, path)
    assert message in problem.message


def test_a_static_segment_has_nothing_to_bind_and_no_problem() -> None:
    assert check({"kind": "static", "name": "Staff"}).problems == ()


def test_a_segment_may_not_depend_on_itself_however_it_is_named() -> None:
    [problem] = check({"where": {"segment": "Uses VIP"}}, own_id=1).errors
    assert problem.code == "reference.cycle"
    [problem] = check({"name": "renamed", "where": {"segment": {"id": 1}}}, own_id=1).errors
    assert problem.code == "reference.cycle"
    assert check({"where": {"segment": "Uses VIP"}}, own_id=2).errors == ()


def chain(length: int) -> ShopNames:
    """Segments of which each but the first refers to the one before."""
    one = SegmentEntry(1, "1", "contact", live=True)
    rest = (SegmentEntry(i, str(i), "contact", live=True, depends_on=(i - 1,)) for i in range(2, length + 1))
    return ShopNames(segments=(one, *rest))


def test_segments_refer_to_each_other_through_a_limited_number_of_levels() -> None:
    assert check({"segment": str(REFERENCE_DEPTH_MAX)}, names=chain(REFERENCE_DEPTH_MAX)).errors == ()
    [problem] = check({"segment": str(REFERENCE_DEPTH_MAX + 1)}, names=chain(REFERENCE_DEPTH_MAX + 1)).errors
    assert problem.code == "reference.too_deep"


def test_the_audience_is_the_only_one_or_contacts_and_else_must_be_named() -> None:
    one = catalog({"entities": {"person": {"audience": True, "attributes": {"city": "text"}}}})
    two = catalog({"entities": {name: {"audience": True, "attributes": {}} for name in ("buyer", "seller")}})
    everyone = tree.Source(tree.EVERYONE)
    for given, audience in ((one, "person"), (SHOP, "contact")):
        definition = bind(everyone, given).definition
        assert definition is not None
        assert definition.audience.name == audience
    for given, message in ((two, "one of buyer, seller"), (Catalog(), "has 0")):
        [problem] = bind(everyone, given).errors
        assert problem.code == "segment.audience"
        assert message in problem.message


def test_a_tree_that_no_form_gives_is_refused_too() -> None:
    deep: tree.Condition = tree.EVERYONE
    for _ in range(100_000):
        deep = tree.Not(deep)
    wide = tree.All((tree.InSegment("VIP"),) * NODES_MAX)
    assert [problem.code for problem in check(tree.Source(deep)).problems] == ["form.too_deep"]
    assert [problem.code for problem in check(tree.Source(wide)).problems] == ["form.too_many"]
    at_most: tree.Condition = tree.InSegment("VIP")
    for _ in range(DEPTH_LEVELS_MAX - 1):
        at_most = tree.Not(at_most)
    assert check(tree.Source(at_most)).errors == ()
    odd: list[tree.Condition] = [
        tree.Compare("city", Op.IN, tree.Literal("x")),
        tree.Compare("city", Op.IN, tree.Several(())),
        tree.Compare("age", Op.BETWEEN, tree.Literal(1)),
        tree.Compare("age", Op.EQ, None),
        tree.Compare("age", Op.IS_MISSING, tree.Literal(1)),
        tree.Compare("seen_at", Op.WITHIN, tree.Literal("today")),
        tree.Did(tree.Types(())),
        tree.Did(tree.Types(("purchase",)), test=tree.Test(Op.BETWEEN, tree.Literal(1))),
        tree.Did(tree.Types(("purchase",)), test=tree.Test(Op.CONTAINS, tree.Literal(1))),
    ]
    for condition in odd:
        [problem] = check(tree.Source(condition)).problems
        assert problem.severity is Severity.ERROR


def test_names_of_lists_and_segments_are_found_without_regard_to_case() -> None:
    assert check({"all": [{"segment": "vip"}, {"list": "NEWSLETTER"}, {"segment": {"id": 1}}]}).errors == ()


def test_a_list_by_number_must_exist() -> None:
    names = ShopNames(lists=(ListEntry(7, "Seven", "contact"),))
    assert check({"list": {"id": 7}}, names=names).errors == ()
    [problem] = check({"list": {"id": 8}}, names=names).errors
    assert (problem.code, problem.message) == ("name.list", "no list with the number 8")
