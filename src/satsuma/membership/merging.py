"""Merging: the index's files made anew in a thread when much has come since, while versions go on."""

from __future__ import annotations

from threading import Event, Thread

from satsuma.index import Index
from satsuma.kernel.errors import CancelledError


class Merging:
    """Merges one index at a time. For the writer only; its thread takes nothing that the writer holds."""

    def __init__(self, rows_min: int) -> None:
        """Nothing is being merged; so many rows at the least make a merge due."""
        self._rows_min = rows_min
        self._stop = Event()
        self._thread: Thread | None = None
        self._merged: Index | None = None
        self.error: BaseException | None = None
        """What ended the last merge, if anything did; the index goes on with the files that it had."""

    def go_on(self, index: Index) -> Index:
        """The index on the files of a merge that has ended, if one has; else as it is.

        Begins a merge if that is due and none is under way.
        """
        merged, self._merged = self._merged, None
        if merged is not None:
            index = merged.rebase(index)
        if index.is_merge_due(self._rows_min) and not self._is_running():
            self._stop.clear()
            self._thread = Thread(target=self._run, args=(index,), name="satsuma-merging", daemon=True)
            self._thread.start()
        return index

    def stop(self) -> None:
        """End what is under way, wait for that and forget it; files of tables that are whole stay."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._merged = None

    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self, index: Index) -> None:
        self.error = None
        try:
            self._merged = index.merged(self._check, rows_min=self._rows_min)
        except CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - told by `error`; nothing is lost but the merge
            self.error = error

    def _check(self, _: float) -> None:
        if self._stop.is_set():
            raise CancelledError("the merge of the index was ended")
