"""Write keys: who may send, as tracking clients say it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Protocol


class WriteKeys(Protocol):
    """Whoever keeps write keys."""

    def sender(self, key: str) -> str | None:
        """The name under which messages sent with a key are noted; None where the key is not valid.

        Asked for every request, between others: it must not wait for anything.
        """
        ...


def key_of(authorization: str | None, body: Mapping[str, Any]) -> str | None:
    """The key that a request bears: the user of basic auth, a bearer's token, or `writeKey` in its body."""
    scheme, _, rest = (authorization or "").partition(" ")
    match scheme.lower():
        case "basic":
            try:
                user = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                return None
            return user or None
        case "bearer":
            return rest.strip() or None
        case "":
            key = body.get("writeKey")
            return key if isinstance(key, str) and key else None
        case _:
            return None
