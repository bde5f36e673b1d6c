"""Kernels: members of definitions from the index, by array operations and a few compiled loops."""

from satsuma.evaluation.kernels.evaluate import condition_members, members, truth_of, truths_of

__all__ = ["condition_members", "members", "truth_of", "truths_of"]
