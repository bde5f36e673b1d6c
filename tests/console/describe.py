"""Prints the description of the API, of which the console's types are made."""

from __future__ import annotations

import json
import sys

from tests.tidy.openapi import description

if __name__ == "__main__":
    json.dump(description(), sys.stdout, indent=1, sort_keys=True)
