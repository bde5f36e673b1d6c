"""Errors: every exception that Satsuma raises on purpose, as one tree.

    Error                            code                 raised when
    ├── UsageError                   usage                the caller passed something unusable
    ├── NotFoundError                not_found            what was asked for does not exist
    ├── ConflictError                conflict             refused in the state things are in now
    │   └── BusyError                conflict.busy        too much waits already: come back later
    ├── ForbiddenError               access.forbidden     whoever asks may not do or see this
    ├── CatalogError                 catalog              the catalog, or a change of it, contradicts itself
    ├── DefinitionError              definition           a segment definition has problems (.problems)
    ├── DataError                    data                 an input file or table as a whole cannot be read
    ├── WorkspaceError               workspace            the workspace directory refuses
    │   ├── WorkspaceLockedError     workspace.locked     another process holds it
    │   ├── WorkspaceDamagedError    workspace.damaged    its files contradict each other or cannot be read
    │   └── WorkspaceTooNewError     workspace.too_new    a later version of Satsuma wrote it
    ├── CancelledError               cancelled            the work was stopped because somebody asked for that
    └── InvariantError               internal.invariant   a bug of ours: what must always hold did not

A message says what was found and what was expected; the hint says what to do about it. Codes are stable and
dotted, so that programs can tell errors apart: a raise may pass a longer code below its class's own.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar


class Error(Exception):
    """Root of everything raised on purpose.

    Args:
        message: What was found, and what was expected.
        code: Stable dotted name of this error; the default is the class's own.
        hint: What to do about it; may be empty.
        details: Further facts for programs, ready to be written as JSON.

    >>> str(NotFoundError("no list 'vips'", hint="did you mean 'vip'?"))
    "no list 'vips' (did you mean 'vip'?)"
    """

    default_code: ClassVar[str] = "error"

    message: str
    code: str
    hint: str
    details: dict[str, object]

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code if code is None else code
        self.hint = hint
        self.details = dict(details or {})

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def to_json(self) -> dict[str, object]:
        """The error as plain data: `code` and `message` always, `hint` and `details` where there are any."""
        found: dict[str, object] = {"code": self.code, "message": self.message}
        if self.hint:
            found["hint"] = self.hint
        if self.details:
            found["details"] = self.details
        return found


class UsageError(Error):
    """The caller passed something unusable: a wrong value, shape, name or combination."""

    default_code = "usage"


class NotFoundError(Error):
    """What was asked for does not exist."""

    default_code = "not_found"


class ConflictError(Error):
    """The request is sound but refused in the state things are in now."""

    default_code = "conflict"


class BusyError(ConflictError):
    """Too much waits already; the same request may succeed later."""

    default_code = "conflict.busy"


class ForbiddenError(Error):
    """Whoever asks may not do this, or may not see what it would show."""

    default_code = "access.forbidden"


class CatalogError(Error):
    """The catalog, or a change of it, does not hold together."""

    default_code = "catalog"


class DefinitionError(Error):
    """A segment definition has problems; `problems` holds all of them, in the order they were found."""

    default_code = "definition"

    problems: tuple[object, ...]

    def __init__(
        self,
        message: str,
        *,
        problems: Iterable[object] = (),
        code: str | None = None,
        hint: str = "",
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, details=details)
        self.problems = tuple(problems)


class DataError(Error):
    """An input file or table as a whole cannot be read; single bad rows go to quarantine instead."""

    default_code = "data"


class WorkspaceError(Error):
    """The workspace directory refuses."""

    default_code = "workspace"


class WorkspaceLockedError(WorkspaceError):
    """Another process holds the workspace."""

    default_code = "workspace.locked"


class WorkspaceDamagedError(WorkspaceError):
    """The workspace's files contradict each other or cannot be read."""

    default_code = "workspace.damaged"


class WorkspaceTooNewError(WorkspaceError):
    """A later version of Satsuma wrote the workspace."""

    default_code = "workspace.too_new"


class CancelledError(Error):
    """The work was stopped because somebody asked for that; nothing of it took effect."""

    default_code = "cancelled"


class InvariantError(Error):
    """A bug of ours: what must always hold did not. Raised in place of a wrong answer."""

    default_code = "internal.invariant"
