"""Signing: Standard Webhooks signatures (specification 1.0.0, symmetric, `v1`)."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_of(randomness: bytes) -> str:
    """A secret as receivers are given it."""
    return PREFIX + base64.b64encode(randomness).decode()


def signed_headers(secret: str, id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of a message.

    Args:
        secret: As `secret_of` gives it.
        id: Of the message, the same for every attempt.
        at_s: When this attempt is made, seconds UTC.
        body: As it is sent.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
