"""SQL over the record: a bound definition, compiled with SQLGlot and a small dialect of ours."""

from satsuma.evaluation.sql.compiler import compile_condition, compile_members, to_sql
from satsuma.evaluation.sql.dialects import Dialect, dialect
from satsuma.evaluation.sql.errors import EvaluationError, UnsupportedError
from satsuma.evaluation.sql.run import condition_members, members

__all__ = [
    "Dialect",
    "EvaluationError",
    "UnsupportedError",
    "compile_condition",
    "compile_members",
    "condition_members",
    "dialect",
    "members",
    "to_sql",
]
