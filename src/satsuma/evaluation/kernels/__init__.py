"""Kernels: members of definitions from the index, by array operations and a few compiled loops."""

from satsuma.evaluation.kernels.evaluate import condition_members, members
from satsuma.evaluation.kernels.gaps import GAPS, NotYet

__all__ = ["GAPS", "NotYet", "condition_members", "members"]
