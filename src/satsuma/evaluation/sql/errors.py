"""Errors of evaluating definitions: what an engine refused, and what an evaluator lacks."""

from __future__ import annotations

from typing import ClassVar

from satsuma.kernel.errors import Error


class EvaluationError(Error):
    """An engine failed on a definition; `details` name the engine and the path of the condition."""

    default_code: ClassVar[str] = "evaluation"


class UnsupportedError(Error):
    """An evaluator does not answer a definition, or not yet; `details` name the gap. SQL answers all."""

    default_code: ClassVar[str] = "evaluation.unsupported"
