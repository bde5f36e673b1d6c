"""The lock: one pin for each package, hashes for each pin, no address, and all that pyproject.toml asks."""

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tidy.repository import ROOT, pyproject

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries() -> list[str]:
    """The lock's entries, each as one line."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def pins() -> dict[str, Requirement]:
    """The pinned requirement of each package in the lock, by canonical name."""
    pinned = [Requirement(HASH.sub("", entry).strip()) for entry in entries()]
    return {canonicalize_name(requirement.name): requirement for requirement in pinned}


def declared() -> list[Requirement]:
    """Everything pyproject.toml asks for: to build, to run, its extras and the development group."""
    data = pyproject()
    wanted = [*data["build-system"]["requires"], *data["project"]["dependencies"]]
    for extra in data["project"]["optional-dependencies"].values():
        wanted += extra
    for group in data["dependency-groups"].values():
        wanted += group
    return [Requirement(text) for text in wanted]


def test_each_package_is_pinned_once_and_to_one_version() -> None:
    assert len(pins()) == len(entries())
    loose = [str(pin) for pin in pins().values() if [s.operator for s in pin.specifier] != ["=="]]
    assert loose == []


def test_each_pin_has_hashes_and_no_address() -> None:
    assert [entry for entry in entries() if not HASH.search(entry)] == []
    assert [entry for entry in entries() if "://" in entry or entry.startswith("-")] == []


def test_the_lock_holds_all_that_is_declared() -> None:
    amiss = []
    for wanted in declared():
        pin = pins().get(canonicalize_name(wanted.name))
        version = next(iter(pin.specifier)).version if pin else None
        if version is None or not wanted.specifier.contains(version):
            amiss.append(f"{wanted}: the lock has {version}; run `make lock`")
    assert amiss == []


def test_nothing_is_declared_twice_in_one_place_or_differently_in_two() -> None:
    data = pyproject()
    places = [
        data["project"]["dependencies"],
        *data["project"]["optional-dependencies"].values(),
        *data["dependency-groups"].values(),
    ]
    for place in places:
        names = [canonicalize_name(Requirement(text).name) for text in place]
        assert len(names) == len(set(names))
    specifiers: dict[str, set[str]] = {}
    for wanted in declared():
        specifiers.setdefault(canonicalize_name(wanted.name), set()).add(str(wanted.specifier))
    assert {name: found for name, found in specifiers.items() if len(found) > 1} == {}
