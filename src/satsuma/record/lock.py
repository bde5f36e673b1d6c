"""The lock: one process owns a workspace, and whoever comes second is told who, since when and for what.

The operating system holds the lock (`flock` on the file `lock`), so it ends with its process however that
ends; what stands in the file only tells people and programs who the owner is.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from satsuma.kernel.errors import UsageError, WorkspaceError, WorkspaceLockedError
from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.zones import zone

LOCK_FILE = "lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a workspace.

    Attributes:
        pid: The process, on `host`.
        since_us: When it took the workspace, microseconds UTC, if it said so.
        command: What it was started as, for people.
        socket: Where it serves callers on the same machine, if it does.
    """

    pid: int
    host: str
    since_us: int | None = None
    command: str | None = None
    socket: str | None = None

    @classmethod
    def this_process(
        cls, *, since_us: int | None = None, command: str | None = None, socket_path: str | None = None
    ) -> Holder:
        """The process that asks, on this machine."""
        return cls(os.getpid(), socket.gethostname(), since_us, command, socket_path)

    def to_json(self) -> dict[str, object]:
        """The holder as it stands in the lock file; `since` is ISO 8601."""
        since = None if self.since_us is None else format_instant(self.since_us)
        found = {"pid": self.pid, "host": self.host, "since": since, "command": self.command}
        return {**found, "socket": self.socket} if self.socket is not None else found


class Lock:
    """The lock of a workspace directory, held until `release` or the end of the process."""

    def __init__(self, descriptor: int, holder: Holder) -> None:
        self._descriptor: int | None = descriptor
        self.holder = holder

    @classmethod
    def take(cls, directory: Path, holder: Holder) -> Lock:
        """Take the lock of a workspace directory, which must exist.

        Raises:
            WorkspaceLockedError: Another process holds it, or this one already does.
            WorkspaceError: The directory cannot be written to.
        """
        try:
            descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise unusable(directory, error) from error
        lock = cls(descriptor, holder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.announce(holder)
        except BlockingIOError:
            os.close(descriptor)
            raise _locked(directory, holder) from None
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                raise unusable(directory, error) from error
            raise
        return lock

    def announce(self, holder: Holder) -> None:
        """Say anew who holds the workspace, such as once a socket serves it."""
        if self._descriptor is None:
            return
        text = json.dumps(holder.to_json()).encode() + b"\n"
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))
        self.holder = holder

    def release(self) -> None:
        """Let the workspace go; a second call does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            # What it says is for people alone, and whoever takes the lock writes it anew.
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
            os.close(descriptor)


def read_holder(directory: Path) -> Holder | None:
    """Who the lock file says holds the workspace; None where nobody said.

    The file outlives a process that was killed: only `Lock.take` tells whether the lock is still held.
    """
    try:
        found = json.loads((directory / LOCK_FILE).read_text(encoding="utf-8"))
        since = found.get("since")
        since_us = None if since is None else parse_instant(since, zone("UTC"))
        return Holder(found["pid"], found["host"], since_us, found.get("command"), found.get("socket"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError):
        return None


def unusable(directory: Path, error: OSError) -> WorkspaceError:
    """What says that a workspace cannot be opened, for a file of it cannot be read or written."""
    return WorkspaceError(
        f"a file of the workspace {directory} cannot be read or written: {error}",
        code="workspace.unwritable",
        hint="check who may write to that directory, and that the disk has room and works",
    )


def _locked(directory: Path, asking: Holder) -> WorkspaceLockedError:
    holder = read_holder(directory)
    if holder is None:
        return WorkspaceLockedError(
            f"another process holds the workspace {directory}", hint="wait until it is done, or end it"
        )
    details = holder.to_json()
    if (holder.pid, holder.host) == (asking.pid, asking.host):
        return WorkspaceLockedError(
            f"this process ({holder.pid}) already has the workspace {directory} open",
            hint="use the object that is open, or close it first",
            details=details,
        )
    since = "" if details["since"] is None else f" since {details['since']}"
    command = "" if holder.command is None else f" ({holder.command})"
    return WorkspaceLockedError(
        f"process {holder.pid} on {holder.host}{command} holds the workspace {directory}{since}",
        hint="wait until it is done, or end that process",
        details=details,
    )
