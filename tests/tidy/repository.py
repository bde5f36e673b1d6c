"""What the tidy tests look at: the files that git tracks, and the package's modules and rooms."""

import functools
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "satsuma"


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks and that is there, in order."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    paths = sorted(ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def tracked_texts() -> dict[str, str]:
    """Tracked text files by their path from the root."""
    texts = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[relative(path)] = content.decode("utf-8")
    return texts


def modules() -> tuple[Path, ...]:
    """Every Python module of the package, in order."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


def rooms() -> dict[str, list[Path]]:
    """The modules of each direct child of the package, a folder or a single module, by its name."""
    found: dict[str, list[Path]] = {}
    for path in modules():
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, []).append(path)
    return found


def relative(path: Path) -> str:
    """The path from the root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml as parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
