"""Folding is the simple lower case of each code point by itself, from one pinned table."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.text import fold, fold_pairs, fold_table, is_well_formed, nfc
from satsuma.kernel.unicode_lower import LOWER_RANGES, UNICODE_VERSION
from tests.kernel.generate_unicode_lower import ranges, simple_lower

SAME_UNICODE = unicodedata.unidata_version == UNICODE_VERSION


def test_the_table_holds_what_this_python_knows_of_its_version() -> None:
    known = {
        code: code + delta for first, last, step, delta in ranges() for code in range(first, last + 1, step)
    }
    # A later Unicode adds letters and changes none.
    assert fold_table().items() <= known.items()
    if SAME_UNICODE:
        assert fold_table() == known


def test_ranges_are_in_order_and_do_not_overlap() -> None:
    codes = [code for first, last, step, _ in LOWER_RANGES for code in range(first, last + 1, step)]
    assert len(codes) == len(set(codes)) == len(fold_table())
    assert [entry[0] for entry in LOWER_RANGES] == sorted(entry[0] for entry in LOWER_RANGES)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße", "straße"),
        ("STRASSE", "strasse"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Ǆ ǅ", "ǆ ǆ"),
        ("Cafe\u0301", "café"),
        ("\u212a", "k"),
        ("\u13a0 \u13f8", "\uab70 \u13f8"),  # Cherokee, whose small letters came later
        ("𐐀", "𐐨"),
        ("ﬃ ẞ", "ﬃ ß"),
    ],
)
def test_examples(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_is_normal_form_and_then_letter_by_letter(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(nfc(text))
    if SAME_UNICODE:
        assert folded == "".join(chr(simple_lower(ord(letter))) for letter in nfc(text))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_everywhere(text: str) -> None:
    assert fold(text) == text.lower() == text.translate(fold_table())


@given(st.text())
def test_an_engines_translate_does_the_same(text: str) -> None:
    assert nfc(text).translate(str.maketrans(*fold_pairs())) == fold(text)


def test_no_lower_case_letter_folds_any_further() -> None:
    assert fold_table().keys().isdisjoint(fold_table().values())


@given(st.text())
def test_normal_form_is_unicodes(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfc(nfc(text)) == nfc(text)


@given(st.text(alphabet=st.characters(categories=["L", "Cs", "N"])))
def test_text_is_well_formed_when_it_has_a_utf8_form(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        assert not is_well_formed(text)
    else:
        assert is_well_formed(text)


def test_a_lone_surrogate_is_not_well_formed() -> None:
    assert not is_well_formed("a\ud800b")
    assert is_well_formed("a😀b")
