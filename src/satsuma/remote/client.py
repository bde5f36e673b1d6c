"""The client: `satsuma.connect`, and `satsuma.open` where another process holds the workspace."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from satsuma import workspace
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import CancelledError, UsageError, WorkspaceError, WorkspaceLockedError
from satsuma.record.files import DATABASE_FILE, Settings, database_of
from satsuma.record.lock import Holder, Lock
from satsuma.remote.errors import unpack_error
from satsuma.remote.frames import Frame
from satsuma.remote.proxies import NONE, proxy, reference
from satsuma.remote.served import name_of
from satsuma.remote.transports import HttpTransport, SocketTransport, Transport
from satsuma.remote.values import Json, Packer, Unpacker
from satsuma.workspace import DEFAULT_ACTOR, Workspace


def connect(url_or_directory: str | Path, *, key: str | None = None, actor: str = DEFAULT_ACTOR) -> Workspace:
    """The workspace that a running server holds, as if it were open here.

    Args:
        url_or_directory: The address of a server, such as `https://satsuma.example`; or the directory of a
            workspace that a process of the same user on this machine holds and serves.
        key: An API key with the scope admin, where it is an address.
        actor: Name of who gives commands, where it is a directory; over HTTP that is the key's.

    Raises:
        WorkspaceError: Nobody serves it, or the server cannot be reached.
        WorkspaceLockedError: Its holder serves nothing; the message says who it is.
        UsageError: There is no key, or it is not accepted.
    """
    text = str(url_or_directory)
    if text.startswith(("http://", "https://")):
        if key is None:
            raise UsageError("found no key for the server", code="usage.key", hint="give key=...")
        return connected(HttpTransport(text, key), actor)
    directory = Path(url_or_directory)
    database_of(directory)
    try:
        Lock.take(directory, Holder.this_process()).release()
    except WorkspaceLockedError as error:
        return _over_socket(error, actor, directory)
    raise WorkspaceError(
        f"nobody serves the workspace {directory}",
        code="workspace.not_served",
        hint=f"start `satsuma -C {directory} serve`, or open it: satsuma.open({text!r})",
    )


def open(
    path: str | Path,
    *,
    clock: Clock | None = None,
    create: bool = True,
    timezone: str = "UTC",
    actor: str = DEFAULT_ACTOR,
    settings: Settings | None = None,
    warming: Literal["background", "asked"] = "background",
    memory_limit: str | int | None = None,
) -> Workspace:
    """Open the workspace of a directory, and make it where there is none.

    Where a server of the same user holds it, what is given works through that server.

    Args:
        path: The directory.
        clock: Where `now` comes from; default the system's clock. With one, the workspace is opened here or
            not at all.
        create: Whether to make a workspace in a directory that has none.
        timezone: Of a new workspace; later it is changed through the catalog.
        actor: Name of who gives commands through this object.
        settings: How much of the machine to use.
        warming: When the index is opened and the kernels are loaded: in the background as soon as there is
            something live or something is estimated, or only when `warm` is called. Until then the record
            answers, and follows live segments, by SQL.
        memory_limit: Of what the process holds beside the mapped files of the index: bytes, or text such as
            `4GiB`; at least 1 GiB. Default the environment's `SATSUMA_MEMORY_LIMIT`; neither: no limit.

    Raises:
        WorkspaceLockedError: Another process has it open and serves nothing; the message says which.
        WorkspaceDamagedError: There is none and `create` is False, or its file cannot be read.
        WorkspaceTooNewError: A later Satsuma wrote it.
    """
    try:
        return workspace.open(
            path,
            clock=clock,
            create=create,
            timezone=timezone,
            actor=actor,
            settings=settings,
            warming=warming,
            memory_limit=memory_limit,
        )
    except WorkspaceLockedError as error:
        if clock is not None or not (Path(path) / DATABASE_FILE).exists():
            raise
        return _over_socket(error, actor, Path(path))


def connected(transport: Transport, actor: str, path: Path | None = None) -> Workspace:
    """The workspace at the other end of a transport; `path` is its directory, if it was named by that."""
    caller = Client(transport, actor, path)
    found: Workspace = proxy(caller, 0, name_of(Workspace))
    try:
        caller.ask(0, "read", "version")
    except BaseException:
        transport.close()
        raise
    return found


class Client:
    """Carries out the calls of proxies over a transport."""

    def __init__(self, transport: Transport, actor: str, path: Path | None) -> None:
        self._transport = transport
        self._actor = actor
        self._session = os.urandom(16).hex()  # noqa: TID251  -- above the workspace
        self._forgotten: deque[int] = deque()
        self._closed = False
        self.files = transport.files
        self.path = path

    def ask(
        self, id: int, do: str, name: str, arguments: Sequence[Any] = (), named: Mapping[str, Any] = NONE
    ) -> Any:
        """See `proxies.Caller`."""
        return self._last(self._exchange(id, do, name, arguments, named), named)

    def stream(self, id: int, name: str) -> Iterator[Any]:
        """See `proxies.Caller`."""
        for frame in self._exchange(id, "call", name, (), NONE):
            unpacker = self._unpacker(frame)
            if "error" in frame.header:
                raise unpack_error(frame.header["error"], unpacker)
            yield from unpacker.unpack(frame.header.get("items", []))

    def forget(self, id: int) -> None:
        """See `proxies.Caller`."""
        self._forgotten.append(id)

    def close(self) -> None:
        """See `proxies.Caller`."""
        if self._closed:
            return
        self._closed = True
        try:
            for _ in self._transport.exchange(Frame({"session": self._session, "do": "end"})):
                pass
        except WorkspaceError:
            pass  # whoever has gone holds nothing any more
        finally:
            self._transport.close()

    def _exchange(
        self, id: int, do: str, name: str, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> Generator[Frame, None, None]:
        if self._closed:
            raise UsageError("the connection is closed", code="usage.closed", hint="connect again")
        packer = Packer(self._refer)
        callbacks = {key: one for key, one in named.items() if callable(one) and reference(one, self) is None}
        header = {
            "session": self._session,
            "actor": self._actor,
            "on": id,
            "do": do,
            "name": name,
            "arguments": [packer.pack(one) for one in arguments],
            "named": {
                key: {"callback": key} if key in callbacks else packer.pack(one) for key, one in named.items()
            },
            "release": self._released(),
        }
        return self._transport.exchange(Frame(header, packer.parts))

    def _last(self, frames: Generator[Frame, None, None], named: Mapping[str, Any]) -> Any:
        for frame in frames:
            header, unpacker = frame.header, self._unpacker(frame)
            if "error" in header:
                raise unpack_error(header["error"], unpacker)
            if "result" in header:
                return unpacker.unpack(header["result"])
            if named[header["event"]](*unpacker.unpack(header["values"])) and header["event"] == "cancel":
                # The other side finds that nobody listens any more, and ends as if it had been told.
                frames.close()
                raise CancelledError("cancelled; what was taken before stays, and can be gone on with")
        raise WorkspaceError("the answer ended early", code="workspace.unreachable")

    def _released(self) -> list[int]:
        found = []
        while self._forgotten:
            found.append(self._forgotten.popleft())
        return found

    def _refer(self, value: object) -> Json | None:
        id = reference(value, self)
        return None if id is None else {"held": id}

    def _unpacker(self, frame: Frame) -> Unpacker:
        def referred(tag: str, content: Json) -> object:
            if tag != "held":
                raise UsageError(f"found a value of the unknown kind {tag!r}", code="remote.value")
            return proxy(self, content["id"], content["class"], content.get("json"))

        return Unpacker(frame.parts, referred)


def _over_socket(error: WorkspaceLockedError, actor: str, directory: Path) -> Workspace:
    path = error.details.get("socket")
    if not isinstance(path, str):
        raise error
    try:
        return connected(SocketTransport(path), actor, directory)
    except WorkspaceError as unreachable:
        raise error from unreachable
