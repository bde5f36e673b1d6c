"""Pages: long lists in parts, each with a cursor to the next."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.problems import RefusedError

LIMIT_MAX = 500

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="At most so many items.")]
Cursor = Annotated[
    str | None, Query(max_length=2_000, description="Where to go on: `next_cursor` of the page before.")
]


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="Of the next page; null on the last.", examples=[None])
    total: int | None = Field(
        default=None, description="How many there are on all pages; null if not counted."
    )


class Items(BaseModel, Generic[T]):
    """A whole list."""

    items: list[T]


def write_cursor(place: Any) -> str:
    """A cursor, opaque to callers, that holds a place (JSON data)."""
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The place that a cursor holds; None without cursor.

    Args:
        kinds: Of the values in it.

    Raises:
        RefusedError: It is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    fits = (
        isinstance(place, list)
        and len(place) == len(kinds)
        and all(type(one) is kind for one, kind in zip(place, kinds, strict=True))
        and all(not isinstance(one, int) or 0 <= one < 2**63 for one in place)
    )
    if not fits:
        raise RefusedError("request.fields", "cursor: found no cursor of this list", hint="begin without one")
    found: list[Any] = place
    return found


def page_by_offset(items: Sequence[T], cursor: str | None, limit: int) -> tuple[list[T], str | None]:
    """A part of a list that is at hand as a whole, and the cursor of the next part."""
    place = read_cursor(cursor, int)
    start = 0 if place is None else int(place[0])
    part = list(items[start : start + limit])
    more = start + limit < len(items)
    return part, write_cursor([start + limit]) if more else None
