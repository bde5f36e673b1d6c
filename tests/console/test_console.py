"""The console's own tests pass under pytest; what a browser loads first is small; a wheel holds it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from satsuma.language import wire
from tests.console.forms import every_form

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = ROOT / "console"
BUILT = ROOT / "src" / "satsuma" / "web" / "console"
FIRST_LOAD_BYTES_MAX = 250_000
SEED = 20_260_310


def test_its_own_tests_pass_with_every_form_of_the_language(tmp_path: Path) -> None:
    drawn = tmp_path / "forms.json"
    drawn.write_text(wire.dumps(every_form(SEED)), encoding="utf-8")
    command = ["npx", "--no-install", "vitest", "run", "--reporter=dot"]
    done = subprocess.run(
        command,
        cwd=CONSOLE,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SATSUMA_FORMS": str(drawn)},
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-4_000:]


def test_the_script_that_is_loaded_first_is_small() -> None:
    manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    waiting, seen = ["index.html"], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += manifest[name].get("imports", [])
    scripts = [manifest[name]["file"] for name in seen]
    size = sum(len(gzip.compress((BUILT / script).read_bytes())) for script in scripts)
    assert 50_000 < size < FIRST_LOAD_BYTES_MAX


def test_pages_hold_no_inline_script() -> None:
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert page.count("<script") == page.count(" src=")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the build reads, without the built console."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "console").mkdir()
    shutil.copy(CONSOLE / "wheel.py", tmp_path / "console" / "wheel.py")
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "web/console", "console")
    )
    return tmp_path


def _build(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    return subprocess.run(
        [sys.executable, "-c", code, str(checkout / "dist")],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(checkout), **environment},
    )


def test_a_wheel_is_not_built_without_the_console(checkout: Path) -> None:
    done = _build(checkout)
    assert done.returncode != 0
    assert "make console" in done.stderr


def test_installing_a_checkout_needs_no_console(checkout: Path) -> None:
    assert _build(checkout, PIP_BUILD_TRACKER="somewhere").returncode == 0


def test_a_wheel_holds_the_console(checkout: Path) -> None:
    # As in a checkout, where git does not track what is built.
    (checkout / ".gitignore").write_text("/src/satsuma/web/console/\n", encoding="utf-8")
    shutil.copytree(BUILT, checkout / "src" / "satsuma" / "web" / "console")
    done = _build(checkout)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(checkout / "dist" / done.stdout.split()[-1]) as wheel:
        names = wheel.namelist()
    assert "satsuma/web/console/index.html" in names
    assert any(name.startswith("satsuma/web/console/assets/") for name in names)
