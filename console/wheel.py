"""Build hook: a wheel holds the built console. Without it building stops, and says how to make it.

`pip install .` in a checkout gives the library and the commands alone: there a missing console is no error.
"""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = Path("src/satsuma/web/console/index.html")


class ConsoleHook(BuildHookInterface[Any]):
    """Refuses to make a wheel without the console."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Look for the console before anything is packed."""
        if version == "editable" or (Path(self.root) / BUILT).exists():
            return
        told = "the console is not built: run `make console` (Node 20 or newer), then build the wheel again"
        if "PIP_BUILD_TRACKER" not in os.environ:
            raise RuntimeError(told)
        self.app.display_warning(f"{told}; this one has the library and the commands only")
