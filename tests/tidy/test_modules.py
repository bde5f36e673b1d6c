"""What every module keeps to: it says what it is, stays small, and leaves nothing for later."""

import ast
import re
from pathlib import Path

import pytest

from tests.tidy.repository import modules, relative, tracked

LINES_MAX = 400

LONGER: dict[str, str] = {
    "src/satsuma/language/bound.py": "all nodes of the bound tree, in the order every evaluator keeps",
    "src/satsuma/workspace.py": "the Python API: every call that a workspace has, each handing on to a room",
    "src/satsuma/language/tree.py": "all nodes of a definition, in the order both its forms keep",
}
"""Python files that may be longer than `LINES_MAX`, each with its reason."""

LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_a_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    assert first, "the module has no docstring"
    assert text.startswith('"""'), "the docstring is not the first line of the file"
    assert first.endswith((".", ":")), f"the first line is not a sentence: {first!r}"


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_a_module_leaves_nothing_for_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [line.strip() for line in text.splitlines() if LATER.search(line)] == []


def test_no_python_file_is_longer_than_400_lines() -> None:
    sizes = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in {*tracked(), *modules()}
        if path.suffix == ".py"
    }
    longer = {name for name, lines in sizes.items() if lines > LINES_MAX}
    assert sorted(f"{name}: {sizes[name]} lines" for name in longer - LONGER.keys()) == []
    assert sorted(LONGER.keys() - longer) == [], "these exceptions are no longer needed"
