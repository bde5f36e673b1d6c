"""Kernels: members of definitions from the index, by array operations and a few compiled loops."""

from satsuma.evaluation.kernels.evaluate import condition_members, members, truth_of, truths_of
from satsuma.evaluation.kernels.plans import plan
from satsuma.evaluation.kernels.warming import is_warm, warm

__all__ = ["condition_members", "is_warm", "members", "plan", "truth_of", "truths_of", "warm"]
