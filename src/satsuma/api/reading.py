"""Reading of bodies before anything is done with them: how deep they are, and that they are texts."""

from __future__ import annotations

import json
from typing import Any

from satsuma.api.problems import RefusedError

DEPTH_MAX = 100
"""Levels of JSON: definitions have at most 32, each of two levels or three."""


def check_json(body: bytes) -> Any:
    """The value of a body.

    Raises:
        RefusedError: It is not JSON (`request.json`), too deep, or has numbers or texts that none can hold.
    """
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise RefusedError("request.json", f"the body is nested deeper than {DEPTH_MAX} levels") from None
    except UnicodeEncodeError:
        raise RefusedError("request.json", "the body has half of a surrogate pair in a text") from None
    except ValueError as error:
        raise RefusedError("request.json", f"the body is not JSON: {error}") from None
    _check_depth(value)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEPTH_MAX:
            raise RefusedError("request.json", f"the body is nested deeper than {DEPTH_MAX} levels")
        inner: list[Any] = []
        for one in level:
            values = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
            inner += [found for found in values if isinstance(found, dict | list)]
        level = inner
