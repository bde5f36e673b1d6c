"""Everything that an index says of its version, as plain values, with what must agree checked on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from satsuma.catalog.model import ValueType
from satsuma.index import Index
from satsuma.index.columns import Column
from satsuma.index.entities import EntityTable
from satsuma.index.interactions import InteractionTable
from satsuma.index.texts import from_list
from satsuma.kernel.text import fold
from tests.index.reading import interactions_in, keys_of, values_at, values_of

INSTANTS = (-1, 0, 20, 50, 51, 80, 100, 101, 150)


def everything(index: Index) -> dict[str, Any]:
    """What two indexes of one version, however they came about, must say alike."""
    entities = {one.entity.name: one for one in index.entities.values()}
    return {
        "records": {name: _records(table) for name, table in entities.items()},
        "in order of keys": {name: _in_order(table) for name, table in entities.items()},
        "interactions": {name: interactions_in(index, name) for name in index.of.catalog.interactions},
        "in time": {one.type.name: _in_time(index, one) for one in index.interactions.values()},
        "links": {number: _links(index, number) for number in sorted(index.links)},
    }


def _records(table: EntityTable) -> dict[int, tuple[str, dict[str, Any]]]:
    columns = {}
    for name, attribute in table.entity.attributes.items():
        column = table.columns[attribute.number]
        assert len(column) == table.size
        _check_codes([column])
        by_place = values_at(column, np.arange(table.size, dtype=np.uint32)[::-1])
        columns[name] = values_of(column)
        assert by_place == columns[name][::-1]
    keys = table.keys_of(np.arange(table.size))
    alive = np.flatnonzero(table.alive).tolist()
    assert all(bool(keys[n]) == bool(table.alive[n]) for n in range(table.size))
    for values in columns.values():
        assert all(values[n] is None for n in range(table.size) if not table.alive[n])
    assert table.find(from_list([keys[n] for n in alive])).tolist() == alive
    return {
        n: (keys[n], {name: column[n] for name, column in columns.items() if column[n] is not None})
        for n in alive
    }


def _check_codes(columns: Iterable[Column]) -> None:
    """Equal values have equal codes, and texts that fold alike equal folded codes."""
    dictionaries = {id(one.dictionary): one.dictionary for one in columns if one.dictionary is not None}
    assert len(dictionaries) <= 1
    for dictionary in dictionaries.values():
        codes = np.arange(len(dictionary))
        texts = dictionary.texts(codes)
        assert len(set(texts)) == len(texts)
        assert dictionary.exact.to_pylist() == texts
        assert dictionary.find(dictionary.exact).tolist() == codes.tolist()
        if dictionary.folded_code is None or dictionary.folded is None:
            continue
        folded = dictionary.folded_codes(codes)
        assert folded.tolist() == dictionary.folded_code.tolist()
        assert [dictionary.folded[int(code)].as_py() for code in folded] == [fold(one) for one in texts]
        assert len(set(dictionary.folded.to_pylist())) == len(dictionary.folded)


def _in_order(table: EntityTable) -> list[str]:
    alive = np.flatnonzero(table.alive)
    ranks = table.key_rank[alive]
    assert len(np.unique(ranks)) == len(ranks)
    return table.keys_of(alive[np.argsort(ranks)])


def _in_time(index: Index, table: InteractionTable) -> list[Any]:
    members = index.named(table.type.audience).size
    for attribute in table.type.attributes.values():
        _check_codes([part.columns[attribute.number] for part in table.parts])
    for part in table.parts:
        assert part.members == members
        assert (np.diff(part.time_at) >= 0).all()
        whole = part.ranges()
        some = np.arange(members)[::-1]
        own = part.ranges(some)
        for by_member, wanted in zip(whole, own, strict=True):
            has_rows = (whole[0] < whole[1])[some]
            assert by_member[some][has_rows].tolist() == wanted[has_rows].tolist()
        assert ((whole[0] < whole[1])[some] == (own[0] < own[1])).all()
    between = [
        table.members_between(low, high).tolist() for low in INSTANTS for high in INSTANTS if low < high
    ]
    return [between, [table.next_at(at) for at in INSTANTS]]


def _links(index: Index, number: int) -> Any:
    links = index.links[number]
    entities = {one.number: one for table in index.entities.values() for one in [table.entity]}
    to = None if links.to is None else entities[links.to].name
    ends = [] if to is None else keys_of(index, to)
    if links.column is None:
        return _of_rows(index, number, ends)
    pair, end = links.across(np.arange(len(links.column)))
    forward = dict(zip(pair.tolist(), end.tolist(), strict=True))
    back = defaultdict(list)
    for place, referrer in zip(*(one.tolist() for one in links.referrers(np.arange(len(ends)))), strict=True):
        back[place].append(referrer)
    for place, referrers in back.items():
        assert referrers == sorted(referrers)
        assert all(forward[one] == place for one in referrers)
    assert sum(map(len, back.values())) == len(forward)
    assert links.targets[links.column.values].tolist() == [
        forward.get(n, -1) for n in range(len(links.column))
    ]
    return {n: ends[to] for n, to in forward.items()}


def _of_rows(index: Index, number: int, ends: list[str]) -> list[Any]:
    found = []
    for table in index.interactions.values():
        if number not in table.columns or table.columns[number].type is not ValueType.REFERENCE:
            continue
        targets = index.links[number].targets
        for part in table.parts:
            codes = part.columns[number].values
            counts = part.counting(0, part.size)
            for row in range(part.size):
                if counts is None or counts[row]:
                    target = int(targets[codes[row]])
                    found.append((part.ids[row].as_py(), ends[target] if target >= 0 else None))
    return sorted(found, key=str)
