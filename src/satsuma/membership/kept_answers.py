"""Kept answers: what was answered at the version at hand, so that asking again costs next to nothing.

Somebody who writes a definition has it previewed after each change, of which most parts are as they were.
Answers are kept in bits, for one standing of the engine, up to a bound; those longest not asked for go first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.membership.planes import Bools

BYTES_MAX = 64 << 20


class KeptAnswers:
    """Answers at one standing; any thread may ask."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._of: object = None
        self._answers: OrderedDict[Hashable, tuple[int, NDArray[Any]]] = OrderedDict()
        self._lock = Lock()

    def get(self, of: object, question: Hashable) -> Bools | None:
        """What was answered to a question at a standing; None: not known, or not any more."""
        with self._lock:
            if self._of is not of or question not in self._answers:
                return None
            self._answers.move_to_end(question)
            size, bits = self._answers[question]
        found: Bools = np.unpackbits(bits, count=size).view(np.bool_)
        return found

    def forget(self) -> None:
        """Drop them all, and the standing with them."""
        with self._lock:
            self._answers.clear()
            self._of, self._bytes = None, 0

    def put(self, of: object, question: Hashable, holds: Bools) -> None:
        """Keep an answer; those of another standing are dropped."""
        bits = np.packbits(holds)
        with self._lock:
            if self._of is not of:
                self._answers.clear()
                self._of, self._bytes = of, 0
            if question in self._answers or bits.nbytes > self._bytes_max:
                return
            self._answers[question] = len(holds), bits
            self._bytes += bits.nbytes
            while self._bytes > self._bytes_max:
                _, (_, dropped) = self._answers.popitem(last=False)
                self._bytes -= dropped.nbytes
