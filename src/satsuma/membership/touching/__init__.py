"""Touching: which members a version may change in which leaves, and when the clock will change any."""

from satsuma.membership.touching.programs import Leaf, Program, leaf_of, program_of

__all__ = ["Leaf", "Program", "leaf_of", "program_of"]
