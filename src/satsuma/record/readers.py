"""Readers: how many read the file right now, so that it can be replaced when nobody does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, get_ident

import duckdb

from satsuma.kernel.errors import ConflictError
from satsuma.kernel.stopping import stopped_by
from satsuma.record.sql import interruptible, scalar


class Readers:
    """A gate: any number read at once; who wants to be alone waits for them, and new ones then wait."""

    def __init__(self) -> None:
        self._reading: Counter[int] = Counter()
        self._alone = False
        self._changed = Condition()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read; who reads already may begin another reading though somebody waits to be alone."""
        me = get_ident()
        with self._changed:
            self._changed.wait_for(lambda: not self._alone or bool(self._reading[me]))
            self._reading[me] += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading[me] -= 1
                if not self._reading[me]:
                    del self._reading[me]
                self._changed.notify_all()

    @contextmanager
    def alone(self, *, patience_seconds: float) -> Iterator[None]:
        """Be the only one.

        Raises:
            ConflictError: Somebody was still reading when the patience ended; they go on.
        """
        with self._changed:
            self._alone = True
        try:
            self._wait(patience_seconds)
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()

    def _wait(self, patience_seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: not self._reading, timeout=patience_seconds):
                raise ConflictError(
                    f"{self._reading.total()} readings of the workspace still ran after"
                    f" {patience_seconds:g} seconds",
                    code="conflict.readers",
                    hint="try again when they have ended",
                )


@contextmanager
def on_one_version(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """Another connection that only reads, on one committed version, and the number of that version."""
    cursor = connection.cursor()
    try:
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        # The snapshot is taken by the first statement, not by BEGIN.
        version = scalar(cursor, "SELECT max(version) FROM versions")
        with interruptible(), stopped_by(cursor.interrupt):
            yield cursor, version
    finally:
        cursor.close()
