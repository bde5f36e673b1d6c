"""Code blocks of the pages that are marked to run do run.

A block is marked by the word `run` after its language, `python` or `sh`. The blocks of one page run in their
order in one new folder. Python blocks of a page share their names, as if they were one program in parts; each
shell block is a program of its own, stops at its first failing command, and finds `satsuma`.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tidy import markdown
from tests.tidy.repository import ROOT, relative, tracked

SHELL_SECONDS_MAX = 300
PAGES = tuple(path for path in tracked() if path.suffix == ".md")


def runnable(text: str) -> list[markdown.Block]:
    """The blocks of a page that are marked to run."""
    return [block for block in markdown.blocks(text) if block.info[1:] == ("run",)]


def run(page: Path, text: str, folder: Path) -> None:
    """Runs a page's blocks in `folder`, the current directory. The first that fails raises."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in runnable(text):
        where = f"{page}:{block.line}"
        match block.info[0]:
            case "python":
                # Empty lines in front make a traceback's line numbers those of the page.
                code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
                exec(code, names)  # noqa: S102 -- the repository's own examples
            case "sh":
                run_shell(block.text, where, folder)
            case other:
                pytest.fail(f"{where}: no way to run {other!r}; python and sh are known")


def run_shell(script: str, where: str, folder: Path) -> None:
    """Runs a shell block, with the environment's programs first on the path and a home of its own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-e", "-u", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SHELL_SECONDS_MAX,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{where}: exit code {done.returncode}\n{done.stdout}{done.stderr}", pytrace=False)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if runnable(page.read_text(encoding="utf-8"))], ids=relative
)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(page, page.read_text(encoding="utf-8"), tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_a_block_is_marked_with_a_language_and_run_or_nothing(page: Path) -> None:
    marked = [block for block in markdown.blocks(page.read_text(encoding="utf-8")) if len(block.info) > 1]
    assert [
        f"line {block.line}: {' '.join(block.info)}" for block in marked if block.info[1:] != ("run",)
    ] == []


def test_blocks_of_a_page_share_a_folder_and_python_blocks_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (
        "```python run\nx = 1\n```\n```sh run\necho from the shell > note\n```\n"
        "```python\nraise SystemExit\n```\n"
        "```python run\nfrom pathlib import Path\nseen = Path('note').read_text() * (x + 1)\n```\n"
        "```python run\nPath('seen').write_text(seen)\n```\n"
    )
    run(ROOT / "page.md", page, tmp_path)
    assert (tmp_path / "seen").read_text() == "from the shell\n" * 2


def test_a_failing_block_fails_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pytest.fail.Exception, match=r"page\.md:3: exit code 1"):
        run(Path("page.md"), "\n```sh run\nfalse\ntrue\n```\n", tmp_path)
    with pytest.raises(ZeroDivisionError) as raised:
        run(Path("page.md"), "\n\n```python run\n1 / 0\n```\n", tmp_path)
    assert raised.traceback[-1].lineno + 1 == 4
