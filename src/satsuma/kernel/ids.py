"""Ids: identifiers that are derived from what they name, so that the same input always gets the same ones."""

import hashlib

from satsuma.kernel.errors import InvariantError

_DERIVED = "auto-"
POSITION_DIGITS = 12
"""How many digits the position takes in a derived id, zeros in front."""
_WORKSPACE_BYTES = 16


def stable_hash(content: str | bytes) -> str:
    """Hash that means the same on every machine and in every version.

    Returns:
        The first 32 hexadecimal digits (128 bits) of SHA-256, of the UTF-8 form of a text: short enough to
        show, long enough that no two contents are ever expected to share it.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:32]


def derived_prefix(source: str) -> str:
    """First part of the ids derived from one source; the position in twelve digits completes it."""
    return f"{_DERIVED}{stable_hash(source)}-"


def derived_id(source: str, position: int) -> str:
    """Id of an interaction that came without one.

    Ids of one source sort by code point as their positions do, so interactions of one instant keep the
    order in which they arrived.

    Args:
        source: What the rows came in, such as the hash of a file or the id of a request; the same when
            repeated.
        position: Number of the row in it, from 0, less than 10**12.

    >>> derived_id("orders.csv", 7)
    'auto-0eb8b631122e627dff688fd995a8fa4b-000000000007'
    """
    if not 0 <= position < 10**POSITION_DIGITS:
        raise InvariantError(f"position {position} in {source!r}; expected 0 to {10**POSITION_DIGITS - 1}")
    return f"{derived_prefix(source)}{position:0{POSITION_DIGITS}}"


def workspace_id(randomness: bytes) -> str:
    """Id of a new workspace.

    Args:
        randomness: 16 random bytes; the caller draws them.
    """
    if len(randomness) != _WORKSPACE_BYTES:
        raise InvariantError(f"{len(randomness)} random bytes; expected {_WORKSPACE_BYTES}")
    return f"ws-{randomness.hex()}"
