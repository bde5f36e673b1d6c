"""The rooms of the package: each has its layer, and `import satsuma` loads nothing optional."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.repository import PACKAGE, ROOT, pyproject, relative, rooms

ABOVE_THE_ROOT = {"__main__", "cli", "demo", "server", "api", "web"}
"""Rooms above the workspace, which may use the package as a caller does: `import satsuma`."""

OPTIONAL = {
    "chdb",
    "dlt",
    "fastapi",
    "jinja2",
    "pandas",
    "polars",
    "pyspark",
    "pytest",
    "rich",
    "typer",
    "uvicorn",
}
"""Libraries that only some callers need, and that must not cost the others anything."""


def layers() -> list[set[str]]:
    """The layers of the import-linter contract, highest first, each as the names of its rooms."""
    (contract,) = (c for c in pyproject()["tool"]["importlinter"]["contracts"] if c["id"] == "layers")
    return [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]


def imports(path: Path) -> list[str]:
    """The dotted names a module imports, anywhere in it; `from a import b` counts as `a.b`."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def test_every_room_has_its_place_in_the_layers() -> None:
    placed = [room for layer in layers() for room in layer]
    assert sorted(rooms().keys() - set(placed)) == []
    assert len(placed) == len(set(placed)), "a room stands in two layers"


def test_the_kernel_imports_nothing_of_ours() -> None:
    found = [
        f"{relative(path)}: {name}"
        for path in rooms().get("kernel", [])
        for name in imports(path)
        if name.split(".")[0] == "satsuma" and name.split(".")[1:2] != ["kernel"]
    ]
    assert found == []


def test_no_room_below_the_workspace_imports_through_the_package_itself() -> None:
    """The package's own names come from the workspace, so this would be an import upwards unseen."""
    children = {path.stem for path in PACKAGE.iterdir()}
    found = [
        f"{relative(path)}: {name}"
        for room, paths in rooms().items()
        if room not in ABOVE_THE_ROOT | {"workspace"}
        for path in paths
        for name in imports(path)
        if name == "satsuma" or (name.startswith("satsuma.") and name.split(".")[1] not in children)
    ]
    assert found == []


def test_importing_the_package_loads_nothing_optional() -> None:
    program = "import sys, satsuma; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "satsuma" in loaded.stdout.split()
    assert sorted(OPTIONAL & set(loaded.stdout.split())) == []


@pytest.mark.parametrize("room", sorted(name for name in rooms() if (PACKAGE / name).is_dir()))
def test_a_room_is_a_package_that_says_what_it_is(room: str) -> None:
    assert (PACKAGE / room / "__init__.py").is_file()


def test_the_architecture_page_tells_which_rooms_stand() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", page, re.MULTILINE))
    assert {room for room, stands in rows.items() if stands == "yes"} == rooms().keys() - {"__main__"}
    assert rows.keys() == {room for layer in layers() for room in layer} - {"__main__"}
