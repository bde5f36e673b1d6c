"""Satsuma: customer segmentation in which every live segment is exact at every version of the data."""

from satsuma.evaluation.definition import Definition
from satsuma.kernel.clock import ManualClock, SystemClock
from satsuma.kernel.errors import Error
from satsuma.remote.client import connect, open  # noqa: A004  -- `satsuma.open`, as one opens a file
from satsuma.workspace import Workspace, restore

__version__ = "0.1.0"

__all__ = [
    "Definition",
    "Error",
    "ManualClock",
    "SystemClock",
    "Workspace",
    "connect",
    "open",
    "parse",
    "restore",
]


def parse(text: str) -> Definition:
    """The definition that a text says; DefinitionError with the place where it cannot be read."""
    return Definition.parse(text)
