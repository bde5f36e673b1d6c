"""Prints the description of the API, of which the console's types are made."""

from __future__ import annotations

import json
import sys
import tempfile

import satsuma
from satsuma.api.app import make_app


def main() -> None:
    """Describe the application of an empty workspace."""
    clock = satsuma.ManualClock("2026-01-01T00:00:00Z")
    with tempfile.TemporaryDirectory() as directory, satsuma.open(directory, clock=clock) as ws:
        json.dump(make_app(ws, clock).openapi(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
