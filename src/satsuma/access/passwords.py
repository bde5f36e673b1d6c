"""Passwords and secrets: argon2 for what people choose, SHA-256 for random tokens.

A random token of 256 bits cannot be guessed from its hash, so a fast hash does; a password can.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from satsuma.kernel.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 1_000
TOKEN_BYTES = 32


def check_password(password: str) -> str:
    """The password, if it is long enough.

    Raises:
        UsageError: It is too short, too long, or one character over and over.
    """
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX or len(set(password)) < 4:
        raise UsageError(
            f"found a password of {len(password)} characters, expected {PASSWORD_CHARS_MIN} or more",
            code="usage.password",
            hint="several words in a row are easy to remember and hard to guess",
        )
    return password


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return _hasher().hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether a password is the one of a hash; as slow where there is none, so time tells nothing."""
    from argon2.exceptions import VerificationError  # noqa: PLC0415 -- only servers need it

    try:
        _hasher().verify(_dummy() if hashed is None else hashed, password)
    except VerificationError:
        return False
    return hashed is not None


def new_token(randomness: Callable[[int], bytes], prefix: str = "") -> str:
    """A random token that is safe in URLs, cookies and headers."""
    return prefix + base64.urlsafe_b64encode(randomness(TOKEN_BYTES)).decode().rstrip("=")


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(session_token: str) -> str:
    """The token that requests of a session bear beside its cookie; only its own pages can read it."""
    return hmac.new(session_token.encode(), b"satsuma csrf", hashlib.sha256).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 -- only servers need it

    return PasswordHasher()


@cache
def _dummy() -> str:
    return hash_password("of nobody")
