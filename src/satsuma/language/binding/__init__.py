"""Binding: the checker, from the tree as written to the bound tree, with every problem at once.

names.py         what it asks of a workspace beside the catalog
context.py       what every part is handed, and what a condition may be about
size.py          limits of depth and number
reads.py         paths to attributes and records
literals.py      literals, typed
operands.py      right sides, checked to compare
operators.py     the table of operators by type
comparisons.py   `attribute` conditions
times.py         `more_than` and `anniversary`
patterns.py      patterns of `like`, `matches` and interaction types
types.py         interaction types by name and pattern
measures.py      measures and their comparisons
behaviour.py     conditions on interactions
memberships.py   conditions on segments, lists, samples
conditions.py    what may stand where, and the table of forms
bind.py          the whole segment
"""

from satsuma.language.binding.bind import Binding, bind, by_number
from satsuma.language.binding.names import NO_NAMES, ListEntry, Names, SegmentEntry, Statistics

__all__ = ["NO_NAMES", "Binding", "ListEntry", "Names", "SegmentEntry", "Statistics", "bind", "by_number"]
