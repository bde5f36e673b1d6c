"""When the clock alone may change a condition: candidate instants for one record, from its data.

`instants` names every instant of a span at which the truth of a condition may change although nothing
arrives; between two of them it is constant. It may name instants at which nothing changes, never too few.
"""

from satsuma.evaluation.due.clock import depends_on_clock
from satsuma.evaluation.due.conditions import instants
from satsuma.evaluation.due.inverse import Span

__all__ = ["Span", "depends_on_clock", "instants"]
