"""The oracle: random catalogs, data and definitions, on which all evaluators must give the same members.

pools.py        values and instants, so chosen that data and definitions meet
catalogs.py     random catalogs
worlds.py       a catalog and a history of writes as plain JSON, and random ones
building.py     a world written into a real record, with what each evaluator reads
comparisons.py  random comparisons by type and operator
definitions.py  random definitions that mostly bind
engines.py      the evaluators
checking.py     what must hold of one definition in one world
tally.py        how often each form was exercised, and with which answers
shrinking.py    a disagreement made small
cases.py        worlds with a definition that once went wrong, in cases/*.json
search.py       the long-running target: python -m tests.oracle.search
"""
