"""Folders: those of an index's tables, one for each version of a table's files that is there.

    index/contact_1@41/   index/purchase_7@38/

A table is known by its catalog number, which no rename changes. Of several folders of a table the newest that
is whole and suitable is used, and the others are removed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from satsuma.index.files import Folder, Making, Stamp, open_suitable
from satsuma.kernel.errors import InvariantError

_NAME = re.compile(r".*_(\d+)@(\d+)")


class Folders:
    """The folder of an index."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, number: int, is_suitable: Callable[[Stamp], bool]) -> Folder | None:
        """The newest suitable folder of a table, by its catalog number."""
        for _, path in sorted(self._of(number), reverse=True):
            found = open_suitable(path, is_suitable)
            if found is not None:
                return found
        return None

    def make(self, table: str, stamp: Stamp, build: Callable[[Making], None]) -> Folder:
        """A new folder of a table, at the version that its stamp says."""
        self.path.mkdir(parents=True, exist_ok=True)
        return _made(self.path / f"{table}@{stamp['version']}", stamp, build)

    def make_passing(self, table: str, stamp: Stamp, build: Callable[[Making], None]) -> Folder:
        """As `make`, of a version that may not come to be: only who has opened it can read it."""
        self.path.mkdir(parents=True, exist_ok=True)
        under = Path(mkdtemp(prefix="passing.", dir=self.path))
        try:
            made = _made(under / table, stamp, build)
            made.map_all()
            return made
        finally:
            shutil.rmtree(under, ignore_errors=True)

    def keep(self, names: set[str]) -> None:
        """Remove all other folders. Arrays of theirs that are still mapped stay readable."""
        for other in self.path.iterdir():
            if other.is_dir() and other.name not in names:
                shutil.rmtree(other, ignore_errors=True)

    def remove_older(self, number: int, than: int) -> None:
        """Remove the folders of a table below a version."""
        for version, path in self._of(number):
            if version < than:
                shutil.rmtree(path, ignore_errors=True)

    def _of(self, number: int) -> list[tuple[int, Path]]:
        found = []
        for path in self.path.iterdir() if self.path.is_dir() else ():
            name = _NAME.fullmatch(path.name)
            if name is not None and int(name[1]) == number:
                found.append((int(name[2]), path))
        return found


def _made(path: Path, stamp: Stamp, build: Callable[[Making], None]) -> Folder:
    with Making(path) as making:
        build(making)
        making.finish(stamp)
    found = open_suitable(path, lambda stamped: stamped == dict(stamp))
    if found is None:
        raise InvariantError(f"the index folder {path} is not whole just after it was made")
    return found
