"""Dictionaries: the distinct values of coded columns, which grow as new values come and never lose a code.

The first codes are of the values in the files; those that came since stand in a `_Growth`, which the
dictionaries of all later versions share: each reads as many of it as it has codes. What a version that was
given up added stays, as values that nobody has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.index.files import Folder, Making
from satsuma.index.texts import (
    Lookup,
    StringsMaker,
    filled,
    from_list,
    joined,
    large,
    lookup_of,
    open_lookup,
    open_strings,
    taken,
    write_lookup,
)
from satsuma.kernel.text import fold
from satsuma.record.arrow import Column as Strings


class _Growth:
    """Values that came after those of the files; only the one who makes versions adds to it."""

    def __init__(self, base: Dictionary) -> None:
        self.exact: list[str] = []
        self.folded: list[str] = []
        self.folded_code: list[int] = []
        self._base = base
        self._codes: dict[str, int] = {}
        self._folded_codes: dict[str, int] = {}

    def codes(self, values: Strings) -> NDArray[np.int64]:
        """The codes of distinct values that are not empty; those that have none get one."""
        found = self.find(values)
        new = np.flatnonzero(found < 0)
        if len(new):
            found[new] = len(self._base) + len(self.exact) + np.arange(len(new))
            self._add(taken(values, new).to_pylist())
        return found

    def find(self, values: Strings) -> NDArray[np.int64]:
        """The codes of values; -1 for those that have none."""
        found = self._base.lookup.find(values)
        if self._codes:
            rest = np.flatnonzero(found < 0)
            texts: list[Any] = taken(values, rest).to_pylist()
            found[rest] = [self._codes.get(text, -1) for text in texts]
        return found

    def _add(self, values: list[Any]) -> None:
        if self._base.folded_lookup is not None:
            self._fold(values, self._base.folded_lookup)
        first = len(self._base) + len(self.exact)
        self.exact += values
        # Last, so that what is found is there.
        self._codes.update(zip(values, range(first, first + len(values)), strict=True))

    def _fold(self, values: list[Any], lookup: Lookup) -> None:
        forms = [fold(value) for value in values]
        new = [form for form in dict.fromkeys(forms) if form and form not in self._folded_codes]
        for form, code in zip(new, lookup.find(from_list(new)).tolist(), strict=True):
            if code < 0:
                self._folded_codes[form] = len(lookup.strings) + len(self.folded)
                self.folded.append(form)
            else:
                self._folded_codes[form] = code
        self.folded_code += [self._folded_codes[form] if form else 0 for form in forms]


class Dictionary:
    """The distinct values of a coded column, by code; code 0 is missing, and stands for empty text.

    Equal values have equal codes, in every version of a column. What is read whole is made when it is first
    asked for, and kept.
    """

    def __init__(
        self,
        exact: Strings,
        folded: Strings | None = None,
        folded_code: NDArray[np.uint32] | None = None,
        *,
        lookup: Lookup | None = None,
        folded_lookup: Lookup | None = None,
    ) -> None:
        """A dictionary of values that are all known.

        Args:
            exact: The values, as stored. A set of choices is a JSON array in ascending order of code points.
            folded: Their distinct folded forms, by folded code; None where values never compare folded.
            folded_code: For each code the code of its folded form, uint32.
            lookup, folded_lookup: What finds values; made when they are needed.
        """
        self._exact = exact
        self._folded = folded
        self._folded_code = folded_code
        self._lookup = lookup
        self._folded_lookup = folded_lookup
        # Of a first one None, not itself: what refers to itself is freed late, and its files with it.
        self._base: Dictionary | None = None
        self._growth: _Growth | None = None
        self._more = 0
        self._more_folded = 0

    def __len__(self) -> int:
        return len(self._exact) + self._more

    @property
    def base(self) -> Dictionary:
        """The same for all later versions of a dictionary, until its table is merged; has its first codes."""
        return self if self._base is None else self._base

    @property
    def family(self) -> object:
        """The same for dictionaries of which each has the codes of the shorter ones, with the same values.

        Values that were added in a version that came to nothing may have lent their codes to others; such
        dictionaries share a base, and no family.
        """
        return self.base if self._growth is None else self._growth

    @cached_property
    def exact(self) -> Strings:
        """All values, by code."""
        return self._exact if not self._more else joined(self._exact, from_list(self._added))

    @cached_property
    def folded(self) -> Strings | None:
        """All distinct folded forms, by folded code; None where values never compare folded."""
        if self._folded is None or not self._more_folded or self._growth is None:
            return self._folded
        return joined(self._folded, from_list(self._growth.folded[: self._more_folded]))

    @cached_property
    def folded_code(self) -> NDArray[np.uint32] | None:
        """For each code the code of its folded form; None where values never compare folded."""
        if self._folded_code is None or not self._more or self._growth is None:
            return self._folded_code
        added = np.array(self._growth.folded_code[: self._more], dtype=np.uint32)
        return np.concatenate([self._folded_code, added])

    @cached_property
    def sets(self) -> tuple[frozenset[str], ...]:
        """The values of a column of choices, by code."""
        return tuple(_sets(self.exact.to_pylist()))

    @cached_property
    def lookup(self) -> Lookup:
        """What finds the values of the files."""
        return self._lookup or lookup_of(self._exact)

    @cached_property
    def folded_lookup(self) -> Lookup | None:
        """What finds the folded forms of the files."""
        if self._folded is None:
            return None
        return self._folded_lookup or lookup_of(self._folded)

    @property
    def _added(self) -> list[str]:
        return [] if self._growth is None else self._growth.exact[: self._more]

    def take(self, codes: NDArray[Any]) -> Strings:
        """The values of some codes, at a cost that does not grow with the dictionary."""
        first = len(self._exact)
        is_added = codes >= first
        if not self._more or not is_added.any():
            return taken(self._exact, codes)
        distinct, place = np.unique(codes[is_added], return_inverse=True)
        added = self._growth.exact if self._growth else []
        both = joined(
            taken(self._exact, codes[~is_added]),
            from_list([added[code - first] for code in distinct.tolist()]),
        )
        places = np.zeros(len(codes), dtype=np.int64)
        places[~is_added] = np.arange(len(codes) - len(place))
        places[is_added] = len(codes) - len(place) + place
        return taken(both, places)

    def texts(self, codes: NDArray[Any]) -> list[str]:
        """As `take`, as Python's texts."""
        found: list[Any] = self.take(codes).to_pylist()
        return found

    def sets_of(self, codes: NDArray[Any]) -> list[frozenset[str]]:
        """Of a column of choices the values of some codes."""
        return list(_sets(self.texts(codes)))

    def folded_codes(self, codes: NDArray[Any]) -> NDArray[Any]:
        """The folded codes of some codes; the codes themselves where values never compare folded."""
        if self._folded_code is None:
            return codes
        first = len(self._folded_code)
        is_added = codes >= first
        if not self._more or not is_added.any() or self._growth is None:
            found: NDArray[Any] = self._folded_code[codes]
            return found
        found = np.zeros(len(codes), dtype=np.uint32)
        found[~is_added] = self._folded_code[codes[~is_added]]
        added = self._growth.folded_code
        found[is_added] = [added[code - first] for code in codes[is_added].tolist()]
        return found

    def find(self, values: Strings) -> NDArray[np.int64]:
        """The code of each value; -1 for those that it lacks, and 0 for empty ones."""
        found = self.lookup.find(values) if self._growth is None else self._growth.find(values)
        found[found >= len(self)] = -1
        found[~filled(values)] = 0
        return found

    def encoded(self, values: Any) -> tuple[NDArray[np.uint32], Dictionary]:
        """The code of each value of an Arrow array (0 for null), and the dictionary that has them all.

        Only the newest version of a dictionary may be asked, by the one who makes versions.
        """
        whole = large(values).dictionary_encode()
        distinct = large(whole.dictionary)
        some = np.flatnonzero(filled(distinct))
        growth = self._growth or _Growth(self)
        codes = np.zeros(len(distinct), dtype=np.uint32)
        codes[some] = growth.codes(taken(distinct, some))
        of_rows: NDArray[np.uint32] = codes[whole.indices.to_numpy(zero_copy_only=False)]
        return of_rows, self if len(growth.exact) == self._more else self._with(growth)

    def rebased(self, base: Dictionary) -> Dictionary:
        """This dictionary on the values of other files, which are those of an earlier version of it."""
        growth = _Growth(base)
        growth.codes(from_list(self.texts(np.arange(len(base), len(self)))))
        return base if not growth.exact else base._with(growth)

    def _with(self, growth: _Growth) -> Dictionary:
        made = Dictionary(self._exact, self._folded, self._folded_code)
        made._base, made._growth = self.base, growth
        made._lookup, made._folded_lookup = self._lookup, self._folded_lookup
        made._more, made._more_folded = len(growth.exact), len(growth.folded)
        return made


def _sets(written: Iterable[Any]) -> Iterable[frozenset[str]]:
    return (frozenset(json.loads(one)) if one else frozenset() for one in written)


class DictionaryNames:
    """What the arrays of a dictionary are called, by the number of its attribute."""

    def __init__(self, number: int) -> None:
        self.exact = f"{number}.exact"
        self.folded = f"{number}.folded"
        self.folded_code = f"{number}.folded_code"


def open_dictionary(folder: Folder, number: int) -> Dictionary:
    """The dictionary of an attribute (its number), from its table's folder."""
    names = DictionaryNames(number)
    exact = open_strings(folder, names.exact)
    lookup = open_lookup(folder, names.exact, exact)
    if names.folded_code not in folder:
        return Dictionary(exact, lookup=lookup)
    folded = open_strings(folder, names.folded)
    return Dictionary(
        exact,
        folded,
        folder.array(names.folded_code),
        lookup=lookup,
        folded_lookup=open_lookup(folder, names.folded, folded),
    )


def write_dictionary(making: Making, number: int, dictionary: Dictionary) -> None:
    """Write the dictionary of an attribute (its number), for `open_dictionary`."""
    names = DictionaryNames(number)
    _write_texts(making, names.exact, dictionary.exact)
    if dictionary.folded is not None and dictionary.folded_code is not None:
        _write_texts(making, names.folded, dictionary.folded)
        making.array(names.folded_code, dictionary.folded_code)


def dictionary_of(values: list[str], *, folded: bool) -> Dictionary:
    """The dictionary of distinct values, the first of them empty."""
    if not folded:
        return Dictionary(from_list(values))
    forms: dict[str, int] = {}
    codes = [forms.setdefault(fold(text), len(forms)) for text in values]
    return Dictionary(from_list(values), from_list(list(forms)), np.array(codes, dtype=np.uint32))


def _write_texts(making: Making, name: str, texts: Strings) -> None:
    StringsMaker(making, name).append(texts)
    write_lookup(making, name, texts)
