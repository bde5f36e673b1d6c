"""The one gate through which every change of a segment's state passes.

A segment is a *draft*, *going live*, *live* or *failed*. The table below says, for each state and command,
the state after it or why it is refused; nothing else in the project changes a status. Being used by others
(live segments, journeys) is asked after the table: it refuses `stop` and `delete` whatever the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from satsuma.kernel.errors import ConflictError


class Status(StrEnum):
    """States of a segment."""

    DRAFT = "draft"
    GOING_LIVE = "going_live"
    LIVE = "live"
    FAILED = "failed"


class Command(StrEnum):
    """What people do to a segment that depends on, or changes, its state."""

    EDIT = "edit"
    GO_LIVE = "go live"
    CANCEL = "cancel"
    JOIN = "join the live set"
    FAIL = "fail"
    STOP = "stop"
    DELETE = "delete"
    MEMBERS = "members"
    RENAME = "rename"


_REFUSALS: dict[tuple[Status, Command], tuple[str, str]] = {
    (Status.DRAFT, Command.CANCEL): ("it is not going live", ""),
    (Status.DRAFT, Command.JOIN): ("it is not going live", ""),
    (Status.DRAFT, Command.FAIL): ("only live segments fail", ""),
    (Status.DRAFT, Command.STOP): ("it is a draft, so there is nothing to stop", ""),
    (Status.DRAFT, Command.MEMBERS): ("a draft has no members", "ask for an estimate, or go live"),
    (Status.GOING_LIVE, Command.EDIT): ("it is going live", "wait, or cancel going live"),
    (Status.GOING_LIVE, Command.GO_LIVE): ("it is going live already", "wait for it, or cancel"),
    (Status.GOING_LIVE, Command.STOP): ("it is going live", "cancel going live"),
    (Status.GOING_LIVE, Command.DELETE): ("it is going live", "cancel going live first"),
    (Status.GOING_LIVE, Command.MEMBERS): ("it is not live yet", "wait for it to go live"),
    (Status.LIVE, Command.CANCEL): ("it is live already", "stop it"),
    (Status.LIVE, Command.JOIN): ("it is live already", ""),
    (Status.LIVE, Command.DELETE): ("it is live", "stop it first"),
    (Status.FAILED, Command.CANCEL): ("it is not going live", "stop it"),
    (Status.FAILED, Command.DELETE): ("it is in use as failed: its last members are kept", "stop it first"),
}

_AFTER: dict[tuple[Status, Command], Status] = {
    (Status.DRAFT, Command.EDIT): Status.DRAFT,
    (Status.DRAFT, Command.GO_LIVE): Status.GOING_LIVE,
    (Status.DRAFT, Command.DELETE): Status.DRAFT,
    (Status.DRAFT, Command.RENAME): Status.DRAFT,
    (Status.GOING_LIVE, Command.CANCEL): Status.DRAFT,
    (Status.GOING_LIVE, Command.JOIN): Status.LIVE,
    (Status.GOING_LIVE, Command.FAIL): Status.DRAFT,
    (Status.GOING_LIVE, Command.RENAME): Status.GOING_LIVE,
    (Status.LIVE, Command.EDIT): Status.LIVE,
    (Status.LIVE, Command.GO_LIVE): Status.LIVE,
    (Status.LIVE, Command.FAIL): Status.FAILED,
    (Status.LIVE, Command.STOP): Status.DRAFT,
    (Status.LIVE, Command.MEMBERS): Status.LIVE,
    (Status.LIVE, Command.RENAME): Status.LIVE,
    (Status.FAILED, Command.EDIT): Status.FAILED,
    (Status.FAILED, Command.GO_LIVE): Status.FAILED,
    (Status.FAILED, Command.JOIN): Status.LIVE,
    (Status.FAILED, Command.FAIL): Status.FAILED,
    (Status.FAILED, Command.STOP): Status.DRAFT,
    (Status.FAILED, Command.MEMBERS): Status.FAILED,
    (Status.FAILED, Command.RENAME): Status.FAILED,
}


def after(name: str, status: Status, command: Command, users: Sequence[str] = ()) -> Status:
    """The state after a command.

    Args:
        name: Of the segment, for the message.
        status: Its state now.
        command: What is asked for.
        users: What uses the segment, in words ("segment “VIP”"), for the commands that usage refuses.

    Raises:
        ConflictError: The command is refused in this state (`segment.state`) or because of users
            (`segment.used`).
    """
    refusal = _REFUSALS.get((status, command))
    if refusal is not None:
        reason, hint = refusal
        raise ConflictError(
            f"cannot {command.value} segment “{name}”: {reason}"
            if command is not Command.MEMBERS
            else f"segment “{name}” has no members: {reason}",
            code="segment.state",
            hint=hint,
            details={"segment": name, "status": status.value, "command": command.value},
        )
    if users and command in (Command.STOP, Command.DELETE):
        raise ConflictError(
            f"cannot {command.value} segment “{name}”: {_used_by(users)}",
            code="segment.used",
            hint="change or stop what uses it first",
            details={"segment": name, "command": command.value, "users": list(users)},
        )
    return _AFTER[status, command]


def _used_by(users: Sequence[str]) -> str:
    return f"it is used by {', '.join(users)}"
