"""Names are what people can see and copy, derived ids are the same again, suggestions are near."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.errors import InvariantError, UsageError
from satsuma.kernel.ids import derived_id, derived_prefix, stable_hash, workspace_id
from satsuma.kernel.limits import NAME_CHARS_MAX
from satsuma.kernel.names import check_name, name_key
from satsuma.kernel.suggest import did_you_mean, nearest


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "VIP openers near San Francisco",
        "favourite teams",
        "a.b",
        'say "hi"',
        "%_*;--",
        "名前",
        "\u0646\u0627\u0645\u200c\u0647\u0627",  # Persian, with the joiner it is spelled with
        "👨\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "x" * NAME_CHARS_MAX,
    ],
)
def test_names_that_can_be_printed_are_taken_as_they_are(name: str) -> None:
    assert check_name(name) == name


def test_a_name_is_kept_in_normal_form() -> None:
    assert check_name("Cafe\u0301") == "Caf\u00e9"
    assert check_name("e\u0301" * NAME_CHARS_MAX) == "\u00e9" * NAME_CHARS_MAX


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\u00a0",
        " a",
        "a ",
        "a\u3000",
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\u2028b",
        "a\u202eb",
        "a\u200bb",
        "\ufeffa",
        "a\ud800",
        "\u200d",
        "\u0301",
        "x" * (NAME_CHARS_MAX + 1),
    ],
)
def test_names_that_cannot_be_seen_or_copied_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"attribute name .* cannot be used; expected") as caught:
        check_name(name, what="attribute name")
    assert caught.value.code == "usage.name"
    assert str(caught.value).isprintable()


@given(st.text())
def test_a_name_that_was_taken_is_taken_again(text: str) -> None:
    try:
        name = check_name(text)
    except UsageError:
        return
    assert check_name(name) == name
    assert 0 < len(name) <= NAME_CHARS_MAX


def test_names_that_differ_in_case_alone_share_a_key() -> None:
    assert name_key("VIP Ärzte") == name_key("vip ärzte") != name_key("vip arzte")


def test_derived_ids_are_the_same_again_and_tell_sources_apart() -> None:
    assert derived_id("orders.csv", 7) == derived_id("orders.csv", 7)
    assert derived_id("orders.csv", 7) == derived_prefix("orders.csv") + "000000000007"
    assert len({derived_id(source, row) for source in "abc" for row in range(100)}) == 300


@given(st.lists(st.integers(0, 10**12 - 1), min_size=2))
def test_derived_ids_of_one_source_sort_as_their_positions_do(positions: list[int]) -> None:
    ids = [derived_id("file", position) for position in positions]
    assert sorted(ids) == [derived_id("file", position) for position in sorted(positions)]


@pytest.mark.parametrize("position", [-1, 10**12])
def test_a_position_that_cannot_be_is_a_fault(position: int) -> None:
    with pytest.raises(InvariantError):
        derived_id("file", position)


def test_hashes_never_change() -> None:
    # SHA-256 of the empty text and of "abc", as the standard publishes them.
    assert stable_hash("") == stable_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb924"
    assert stable_hash("abc") == "ba7816bf8f01cfea414140de5dae2223"
    assert stable_hash("é") == stable_hash("é".encode())


def test_a_workspace_id_spells_its_randomness() -> None:
    assert workspace_id(bytes(range(16))) == "ws-000102030405060708090a0b0c0d0e0f"
    with pytest.raises(InvariantError):
        workspace_id(b"short")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ctiy", "city"),
        ("CITY", "city"),
        ("citty", "city"),
        ("acount.industry", "account.industry"),
        ("zzz", None),
    ],
)
def test_the_nearest_name_is_suggested_in_any_order_of_candidates(word: str, expected: str | None) -> None:
    candidates = ["city", "country", "account", "account.industry", "created_at"]
    for seed in range(5):
        random.Random(seed).shuffle(candidates)
        assert nearest(word, candidates) == expected


def test_a_hint_is_empty_where_nothing_is_near() -> None:
    assert did_you_mean("ctiy", ["city"]) == "did you mean 'city'?"
    assert did_you_mean("zzz", ["city"]) == ""
    assert did_you_mean("zzz", []) == ""
