"""Prints the description of the API as `docs/openapi.json` has it: a line for an operation or a form."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import satsuma
from satsuma.api.app import make_app

DEPTH = 3
"""So deep things stand on lines of their own: what lies deeper changes together."""


def description() -> dict[str, Any]:
    """The description of an empty workspace's API."""
    clock = satsuma.ManualClock("2026-01-01T00:00:00Z")
    with tempfile.TemporaryDirectory() as folder, satsuma.open(Path(folder) / "w", clock=clock) as ws:
        found: dict[str, Any] = json.loads(json.dumps(make_app(ws, clock).openapi()))
        return found


def written(value: Any, depth: int = DEPTH, indent: str = "") -> str:
    """As JSON, sorted, the outer levels on lines of their own."""
    if not depth or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    inner = f"{indent} "
    lines = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {written(one, depth - 1, inner)}"
        for name, one in sorted(value.items())
    ]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


if __name__ == "__main__":
    sys.stdout.write(written(description()) + "\n")
