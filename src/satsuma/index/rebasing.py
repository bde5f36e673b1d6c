"""Rebasing: the tables of an index on files that were made of an earlier version of it, while it went on.

What versions since have changed is told by the marks of tables and the versions of rows; values and codes are
the same on both sides, so they are taken from the later index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from satsuma.index.columns import Column
from satsuma.index.dictionaries import Dictionary
from satsuma.index.entities import EntityTable
from satsuma.index.interactions import InteractionTable
from satsuma.index.links import Links
from satsuma.index.runs import later


def entity_on(stored: EntityTable, newer: EntityTable) -> EntityTable:
    """The records of a later version on files of an earlier one."""
    changed = newer.changed.since(stored.base)
    rows = changed.members
    columns: dict[int, Column] = {}
    for number, column in newer.columns.items():
        own = stored.columns.get(number)
        if own is None:  # an attribute that the catalog has got since
            columns[number] = column
            continue
        dictionary = _on(own.dictionary, column.dictionary)
        columns[number] = own.resized(newer.size).of(dictionary)
        if len(rows):
            columns[number] = columns[number].patched(rows, column.take(rows), newer.size, dictionary)
    return replace(
        newer,
        names=newer.names.rebased(stored.names),
        columns=columns,
        changed=changed,
        base=stored.base,
        is_saved=stored.is_saved,
    )


def interactions_on(stored: InteractionTable, newer: InteractionTable) -> InteractionTable:
    """The interactions of a later version on files of an earlier one."""
    rewritten = newer.rewritten.since(stored.base)
    members = newer.parts[0].members
    dictionaries = {
        number: _on(stored.columns[number].dictionary, column.dictionary)
        if number in stored.columns
        else column.dictionary
        for number, column in newer.columns.items()
    }
    base = stored.under(newer.type, members).parts[0].without(rewritten.members)
    parts = [base, *later(newer.parts[1:], stored.base)]
    return replace(
        newer,
        parts=tuple(
            part.of(members, {n: part.columns[n].of(dictionary) for n, dictionary in dictionaries.items()})
            for part in parts
        ),
        rewritten=rewritten,
        base=stored.base,
        is_saved=stored.is_saved,
    )


def links_on(links: Mapping[int, Links], entities: Mapping[int, EntityTable]) -> dict[int, Links]:
    """Links whose columns are those of other tables with the same values."""
    columns = {number: column for table in entities.values() for number, column in table.columns.items()}
    return {
        number: one if one.column is None else replace(one, column=columns[number])
        for number, one in links.items()
    }


def _on(stored: Dictionary | None, newer: Dictionary | None) -> Dictionary | None:
    return newer if stored is None or newer is None else newer.rebased(stored)
