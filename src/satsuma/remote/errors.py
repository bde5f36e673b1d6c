"""Errors on the wire: raised on the one side, raised again on the other as the same exception."""

from __future__ import annotations

import builtins
from typing import Any

from satsuma.kernel.errors import Error, InvariantError
from satsuma.remote.served import class_named, name_of
from satsuma.remote.values import Json, Packer, Unpacker

_BUILT_IN = frozenset(
    {
        "AttributeError",
        "IndexError",
        "KeyError",
        "NotImplementedError",
        "TimeoutError",
        "TypeError",
        "ValueError",
    }
)


def pack_error(error: BaseException, packer: Packer) -> Json:
    """An exception as JSON. What nobody meant to raise is told as a fault, without its trace."""
    if isinstance(error, Error):
        return {
            "class": name_of(type(error)),
            "message": error.message,
            "state": {name: packer.pack(value) for name, value in vars(error).items()},
        }
    name = type(error).__name__
    return {"class": name if name in _BUILT_IN else "", "message": str(error) or name}


def unpack_error(found: Json, unpacker: Unpacker) -> BaseException:
    """The exception that was packed."""
    name, message = found["class"], found["message"]
    if name in _BUILT_IN:
        kind: Any = getattr(builtins, name)
        raised: BaseException = kind(message)
        return raised
    if not name:
        return InvariantError(f"the workspace's process met a fault: {message}")
    kind = class_named(name)
    if not issubclass(kind, Error):
        return InvariantError(f"the workspace's process raised {name}: {message}")
    # Not by the class itself: some ask for other arguments than all errors have.
    error: BaseException = kind.__new__(kind, message)
    for attribute, value in found["state"].items():
        setattr(error, attribute, unpacker.unpack(value))
    return error
