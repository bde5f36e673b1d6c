"""Wire: definitions as JSON, which is how they are sent and stored.

    shapes.py      the keys of every object
    reader.py      the machinery: fields of an object, limits, paths of problems
    values.py      what stands on the right of an operator
    measures.py    measures, and the comparisons that take them
    conditions.py  conditions on one record
    behaviour.py   conditions on interactions
    forms.py       the table from key to reader
    segment.py     the whole segment around its condition
    printing.py    trees to JSON
    text.py        JSON to and from its text, numbers exact

Reading takes parsed JSON as Python has it (`float`, `int` or `Decimal` for numbers). What is printed leaves
defaults out, and reads back as the same tree.
"""

from satsuma.language.wire.forms import condition_from_json
from satsuma.language.wire.printing import source_to_json, to_json
from satsuma.language.wire.segment import read_source, source_from_json
from satsuma.language.wire.text import dumps, loads

__all__ = [
    "condition_from_json",
    "dumps",
    "loads",
    "read_source",
    "source_from_json",
    "source_to_json",
    "to_json",
]
