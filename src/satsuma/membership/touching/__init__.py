"""Touching: which members a version may change in which leaves, and when the clock will change any.

A definition is taken apart into leaves (`program_of`); `Touching` says for each leaf which members have to be
asked again at a version; `Agenda` says at which instant time alone makes the next version, from what it knows
of the version before.
"""

from satsuma.membership.touching.agenda import Agenda
from satsuma.membership.touching.programs import Leaf, Program, leaf_of, program_of
from satsuma.membership.touching.quiet import Quiet
from satsuma.membership.touching.touched import Touched, Touching

__all__ = ["Agenda", "Leaf", "Program", "Quiet", "Touched", "Touching", "leaf_of", "program_of"]
