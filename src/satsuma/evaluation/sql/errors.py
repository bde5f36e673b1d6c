"""Errors of evaluating definitions by SQL: what an engine lacks, and what an engine refused."""

from __future__ import annotations

from typing import ClassVar

from satsuma.kernel.errors import Error


class EvaluationError(Error):
    """An engine failed on a definition; `details` name the engine and the path of the condition."""

    default_code: ClassVar[str] = "evaluation"


class UnsupportedError(Error):
    """A definition cannot be said in an engine's SQL, or not yet; `details` name the gap."""

    default_code: ClassVar[str] = "evaluation.unsupported"
