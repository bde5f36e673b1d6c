"""What differs in meaning between engines: one small dialect each. Each says all of the language."""

from satsuma.evaluation.sql.dialects.base import Dialect
from satsuma.evaluation.sql.dialects.clickhouse import CLICKHOUSE
from satsuma.evaluation.sql.dialects.duckdb import DUCKDB
from satsuma.kernel.errors import UsageError

_DIALECTS: dict[str, Dialect] = {one.name: one for one in (DUCKDB, CLICKHOUSE)}


def dialect(name: str) -> Dialect:
    """The dialect of an engine.

    Raises:
        UsageError: There is none of this name.
    """
    found = _DIALECTS.get(name)
    if found is None:
        raise UsageError(
            f"no SQL dialect {name!r}; expected one of {', '.join(_DIALECTS)}", code="usage.dialect"
        )
    return found


__all__ = ["Dialect", "dialect"]
