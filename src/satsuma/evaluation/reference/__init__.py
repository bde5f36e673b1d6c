"""The meaning of definitions in plain Python: one record at a time, slow and obvious.

Other evaluators must equal it. `members` says who meets a definition in a `Database`, `holds` whether one
record meets one condition.
"""

from satsuma.evaluation.reference.data import Database
from satsuma.evaluation.reference.evaluate import holds, members

__all__ = ["Database", "holds", "members"]
