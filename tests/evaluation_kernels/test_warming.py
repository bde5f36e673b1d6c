"""After warming nothing is compiled any more, whatever is evaluated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EVALUATED = """
import sys
from satsuma.evaluation import kernels
from satsuma.evaluation.kernels.compiled import LOOPS
from satsuma.membership import turning
from tests.conformance.cases import cases
from tests.conformance.evaluators import EVALUATORS

told = []
assert not kernels.is_warm()
kernels.warm(told.append)
assert kernels.is_warm() and told[0] == 0 and told == sorted(told) and told[-1] < 1
turning.warmed()

def compiled():
    return {loop.py_func.__name__: [str(one) for one in loop.signatures] for loop in LOOPS}

before = compiled()
assert all(before.values()), [name for name, signatures in before.items() if not signatures]
by_kernels = next(one for one in EVALUATORS if one.name == "kernels")
rows = [case for case in cases() if case.members is not None]
for case in rows:
    assert by_kernels.evaluate(case.binding.definition, case.database) == case.members
after = compiled()
assert after == before, {name: after[name] for name in after if after[name] != before[name]}
print(len(rows))
"""


def test_after_warming_the_conformance_rows_compile_nothing() -> None:
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", EVALUATED], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) >= 250
