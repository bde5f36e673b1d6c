"""Readers of text, keys, choices and sets of choices: all in Unicode normal form C."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.learn import is_list, is_text
from satsuma.kernel.limits import CHOICES_PER_VALUE_MAX, KEY_BYTES_MAX, TEXT_BYTES_MAX
from satsuma.kernel.suggest import nearest
from satsuma.kernel.text import fold, nfc
from satsuma.record.intake.fitted import (
    Fault,
    Fitted,
    Refusal,
    Values,
    by_distinct,
    faults_where,
    none_fit,
    pc,
    rows_where,
    without_empty,
)

TEXT = pa.string()
TEXTS = pa.list_(pa.string())

_TEXT_TYPE = Refusal("value.type", "text")
_TEXT_SIZE = Refusal("value.too_long", f"text of at most {TEXT_BYTES_MAX} bytes")
_CHOICES_TYPE = Refusal("value.type", "a list of values, or text that is a JSON list of them")
_CHOICES_SIZE = Refusal("value.too_many", f"at most {CHOICES_PER_VALUE_MAX} values")

_OPTIONS_SHOWN_MAX = 10
_WHOLE_FLOATS_BELOW = 2.0**53


def fit_text(values: Values) -> Fitted:
    """Text, and beside it the same folded for comparing without regard to case."""
    if not is_text(values.type):
        return none_fit(values, (TEXT, TEXT), _TEXT_TYPE)
    text, faults = _normal(without_empty(values), _TEXT_SIZE, TEXT_BYTES_MAX)
    plain = pc.string_is_ascii(text)
    if pc.all(plain).as_py():
        return Fitted((text, pc.ascii_lower(text)), faults)
    folded = _replace(pc.ascii_lower(text), pc.invert(plain), text, fold)
    return Fitted((text, folded), faults)


def _normal(text: Values, too_long: Refusal, bytes_max: int) -> tuple[Values, tuple[Fault, ...]]:
    """Text in normal form C; what is too long in it becomes null and a fault."""
    plain = pc.string_is_ascii(text)
    if not pc.all(plain).as_py():
        text = _replace(text, pc.invert(plain), text, nfc)
    large = pc.greater(pc.binary_length(text), bytes_max)
    faults = faults_where((large, too_long))
    return (pc.if_else(large, None, text) if faults else text), faults


def _replace(into: Values, mask: Values, source: Values, change: Callable[[str], str]) -> Values:
    """Text with the values at a mask replaced by those of the source, changed, each distinct one once."""
    mask = pc.fill_null(mask, False)
    changed = by_distinct(pc.filter(source, mask), TEXT, change).arrays[0]
    return pc.replace_with_mask(into, mask, changed)


def fit_key(values: Values, code: str = "value") -> Fitted:
    """Keys of records: text as it is, and whole numbers as the text of their digits.

    Args:
        code: What the codes of refusals begin with, such as `key` for `key.type` and `key.too_long`.
    """
    t, arrow = pa.types, values.type
    expected = Refusal(f"{code}.type", "a key: text, or a whole number")
    too_long = Refusal(f"{code}.too_long", f"a key of at most {KEY_BYTES_MAX} bytes")
    if t.is_integer(arrow):
        return Fitted((pc.cast(values, TEXT),))
    if t.is_decimal(arrow):
        return by_distinct(values, TEXT, lambda value: _digits(value, expected))
    if is_text(arrow):
        text, faults = _normal(without_empty(values), too_long, KEY_BYTES_MAX)
        return Fitted((text,), faults)
    if t.is_floating(arrow):
        # Columns of whole numbers turn to floats where a value is missing; the numbers are the same.
        floats = pc.cast(values, pa.float64())
        whole = pc.and_(pc.equal(pc.floor(floats), floats), pc.less(pc.abs(floats), _WHOLE_FLOATS_BELOW))
        digits = pc.cast(pc.cast(pc.if_else(whole, floats, None), pa.int64()), TEXT)
        return Fitted((digits,), faults_where((pc.invert(whole), expected)))
    return none_fit(values, (TEXT,), expected)


def _digits(value: Decimal, otherwise: Refusal) -> object:
    return str(int(value)) if value == value.to_integral_value() else otherwise


def fit_choice(values: Values, options: tuple[str, ...] | None) -> Fitted:
    """Choices: text, among the options where there are any, compared exactly."""
    if not is_text(values.type):
        return none_fit(values, (TEXT,), _TEXT_TYPE)
    if options is None:
        text, faults = _normal(without_empty(values), _TEXT_SIZE, TEXT_BYTES_MAX)
        return Fitted((text,), faults)
    return by_distinct(without_empty(values), TEXT, _option_reader(options))


def _option_reader(options: tuple[str, ...] | None) -> Callable[[str], object]:
    """Reads one choice: its normal form, or a Refusal."""
    if options is None:
        return lambda text: nfc(text) if len(nfc(text).encode()) <= TEXT_BYTES_MAX else _TEXT_SIZE
    known = frozenset(options)

    def read(text: str) -> object:
        value = nfc(text)
        if value in known:
            return value
        near = nearest(value[:200], options)
        if near is not None:
            return Refusal("value.option", f"one of its options, perhaps {near!r}")
        listed = ", ".join(options[:_OPTIONS_SHOWN_MAX]) + (
            ", ..." if len(options) > _OPTIONS_SHOWN_MAX else ""
        )
        return Refusal("value.option", f"one of {listed}")

    return read


def choice_text(value: object) -> object:
    """The text that a scalar in a list stands for: a choice, None for nothing, or a Refusal."""
    match value:
        case None | "":
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value) if value - value == 0 else Refusal("value.not_finite", "finite numbers")
        case int() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return Refusal("value.type", "a list of texts, numbers, dates, or true and false")


def fit_choices(values: Values, options: tuple[str, ...] | None) -> Fitted:
    """Sets of choices, sorted by code point, each once, from lists of scalars and from text of JSON lists.

    Nothing, and empty text, in a list is left out; an empty set is missing.
    """
    if is_text(values.type):
        lists = by_distinct(without_empty(values), TEXTS, _json_list)
        read = fit_choices(lists.arrays[0], options)
        return Fitted(read.arrays, (*lists.faults, *read.faults))
    if not is_list(values.type):
        return none_fit(values, (TEXTS,), _CHOICES_TYPE)
    # Not `list_parent_indices`, which counts what lies behind a null list; `list_flatten` leaves that out.
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    owners = np.repeat(np.arange(len(values), dtype=np.int64), lengths)
    read_option = _option_reader(options)

    def read_one(value: object) -> object:
        text = choice_text(value)
        return read_option(text) if isinstance(text, str) else text

    flat = by_distinct(pc.list_flatten(values), TEXT, read_one)
    faults = [Fault(np.unique(owners[fault.rows]), fault.refusal) for fault in flat.faults]
    bad = np.zeros(len(values), dtype=bool)
    for fault in faults:
        bad[fault.rows] = True
    sets, counts = _sets(flat.arrays[0], owners, bad)
    faults += faults_where((pa.array(counts > CHOICES_PER_VALUE_MAX), _CHOICES_SIZE))
    if (counts > CHOICES_PER_VALUE_MAX).any():
        sets = pc.if_else(pa.array(counts > CHOICES_PER_VALUE_MAX), None, sets)
    return Fitted((sets,), tuple(faults))


def _sets(flat: Values, owners: Any, bad: Any) -> tuple[Values, Any]:
    """Lists of distinct sorted texts by owner, null for those bad or without any; and their lengths."""
    encoded: Any = flat.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    there = rows_where(flat.is_valid())
    there = there[~bad[owners[there]]]
    codes = encoded.indices.take(pa.array(there)).to_numpy(zero_copy_only=False)
    pairs = np.sort(owners[there] * max(len(order), 1) + rank[codes])
    # Not `np.unique`, which hashes first and takes five times as long.
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    owner, code = pairs // max(len(order), 1), pairs % max(len(order), 1)
    counts = np.bincount(owner, minlength=len(bad)).astype(np.int64)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    texts = encoded.dictionary.take(pa.array(order)).take(pa.array(code))
    make: Any = pa.ListArray.from_arrays
    return make(pa.array(offsets), texts, mask=pa.array(counts == 0)), counts


def _json_list(text: str) -> object:
    if not text.startswith("["):
        return _CHOICES_TYPE
    try:
        items = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return _CHOICES_TYPE
    return texts_of_list(items)


def texts_of_list(items: Any) -> object:
    """The texts of the scalars in a Python list, without those that are missing; or a Refusal."""
    texts = [item if type(item) is str and item else choice_text(item) for item in items]
    refused = next((text for text in texts if isinstance(text, Refusal)), None)
    return refused or [text for text in texts if text is not None]
