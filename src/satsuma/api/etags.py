"""ETags: what a thing was like when it was read, so that an edit cannot undo another that came between."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Header

from satsuma.kernel.errors import ConflictError

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of what was read; the edit is refused (412) if it has changed since.",
    ),
]


def etag_of(*facts: object) -> str:
    """The ETag of facts that change whenever the thing does."""
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:24]}"'


def check_etag(given: str | None, current: str) -> None:
    """Refuse an edit of something that has changed since it was read; without a given ETag nothing is asked.

    Raises:
        ConflictError: `conflict.etag`, which is answered with 412.
    """
    if given is None or given.strip() == "*":
        return
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    if current not in known:
        raise ConflictError(
            "it has changed since it was read",
            code="conflict.etag",
            hint="read it again, and decide anew",
            details={"etag": current},
        )
