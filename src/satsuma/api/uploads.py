"""Uploads: files that wait in the workspace's directory to be imported."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from satsuma.access.passwords import new_token
from satsuma.kernel.errors import NotFoundError, UsageError

FOLDER = "uploads"
KEPT_S = 7 * 24 * 3600
_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_ENDINGS = frozenset(
    {".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow", ".feather", ".gz"}
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits."""

    id: str
    name: str
    size_bytes: int
    path: Path


class Uploads:
    """The uploads of one workspace; each in a folder of its own, named by a random id."""

    def __init__(self, workspace: Path, randomness: Callable[[int], bytes]) -> None:
        self._folder = workspace / FOLDER
        self._randomness = randomness

    def begin(self, name: str) -> tuple[str, Path]:
        """An id, and where the file is to be written.

        Raises:
            UsageError: The name is no file's name, or of a kind that is not imported.
        """
        self._forget_old()
        plain = re.sub(r"[^\w. -]+", "_", Path(name.replace("\\", "/")).name).strip(". ")[:100]
        if not plain or Path(plain).suffix.lower() not in _ENDINGS:
            listed = ", ".join(sorted(_ENDINGS))
            raise UsageError(
                f"found a file named {name[:100]!r}, expected one that ends in {listed}", code="usage.file"
            )
        id = new_token(self._randomness)
        folder = self._folder / id
        folder.mkdir(parents=True, mode=0o700)
        return id, folder / plain

    def get(self, id: str) -> Upload:
        """An upload.

        Raises:
            NotFoundError: There is none of that id.
        """
        folder = self._folder / id
        files = sorted(folder.iterdir()) if _ID.fullmatch(id) and folder.is_dir() else []
        if len(files) != 1:
            raise NotFoundError("no upload of that id", code="not_found.upload", hint="uploads wait a week")
        return Upload(id, files[0].name, files[0].stat().st_size, files[0])

    def discard(self, id: str) -> None:
        """Remove an upload."""
        if _ID.fullmatch(id):
            shutil.rmtree(self._folder / id, ignore_errors=True)

    def _forget_old(self) -> None:
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
