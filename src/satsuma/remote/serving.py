"""Serving: answers calls on a workspace, for any number of sessions, whatever they come over.

A session holds the objects that its caller refers to, such as segments and jobs; the caller tells which it
has forgotten. Object 0 is the workspace itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count, islice
from threading import Lock
from typing import Any

from satsuma.access.audit import Note, noting
from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import CancelledError, ConflictError, NotFoundError, UsageError
from satsuma.remote.errors import pack_error
from satsuma.remote.frames import Frame
from satsuma.remote.paths import refuse_files
from satsuma.remote.reading import READING, Patience, given_up
from satsuma.remote.served import ARGUMENTS, served_of
from satsuma.remote.values import Json, Packer, Unpacker
from satsuma.workspace import Workspace

ITEMS_PER_FRAME = 1_000
OBJECTS_MAX = 1_000_000  # that one session refers to
SESSIONS_MAX = 1_000
EXPORTS = frozenset(
    {("Members", name) for name in ("__iter__", "keys", "to_arrow")}
    | {("MarketingList", name) for name in ("__iter__", "members")}
    | {("Workspace", "sql"), ("Workspace", "export_contact")}
)
"""Calls that change nothing and stand in the audit log all the same: they take personal data out."""

SESSION_IDLE_US = 3_600_000_000
"""A session that has not called for so long may be ended when another begins."""

Emit = Callable[[Frame], None]
"""Sends a message to the caller; raises OSError once nobody listens any more."""


@dataclass(slots=True)
class _Session:
    objects: dict[int, object]
    last_us: int
    next_id: Iterator[int] = field(default_factory=lambda: count(1))

    def hold(self, value: object) -> int:
        if len(self.objects) >= OBJECTS_MAX:
            raise ConflictError(
                f"this connection refers to {OBJECTS_MAX} objects already",
                code="remote.objects",
                hint="let go of those that are no longer needed",
            )
        id = next(self.next_id)
        self.objects[id] = value
        return id


class Serving:
    """A workspace as callers in other processes see it."""

    def __init__(self, workspace: Workspace, now: Callable[[], int], *, read_time_s: float = 0.0) -> None:
        """Serve a workspace.

        Args:
            workspace: Open here.
            now: Microseconds that pass evenly, for how long sessions have been idle, and calls take.
            read_time_s: How long a call that only reads may work for its next message; 0 for no limit.
        """
        self._workspace = workspace
        self._now = now
        self._read_time_s = read_time_s
        self._sessions: dict[tuple[str, str], _Session] = {}
        self._lock = Lock()

    def answer(
        self,
        asked: Frame,
        emit: Emit,
        *,
        caller: str,
        actor: str | None,
        files: bool,
        origin: str | None = None,
    ) -> None:
        """Answer one call: events and items as they come, then the result or the error.

        Args:
            asked: The call.
            emit: Sends to the caller.
            caller: Who calls, so that nobody refers to the objects of others.
            actor: Under whose name; None: the caller says it.
            files: Whether names of files may be passed: those of a caller on this machine, of the same user.
            origin: The address that it comes from, if the audit log shall tell of it.
        """
        try:
            self._answer(asked, emit, caller=caller, actor=actor, files=files, origin=origin)
        except OSError:
            return  # nobody listens any more

    def end(self, caller: str, session: str) -> None:
        """Let go of what a session refers to."""
        with self._lock:
            self._sessions.pop((caller, session), None)

    def _answer(
        self, asked: Frame, emit: Emit, *, caller: str, actor: str | None, files: bool, origin: str | None
    ) -> None:
        packer = Packer(lambda _: None)
        try:
            call = _Call.read(asked.header)
            if call.do == "end":
                self.end(caller, call.session)
                emit(Frame({"result": None}))
                return
            session = self._session(caller, call, actor)
            for id in call.release:
                session.objects.pop(id, None)
            packer = Packer(_Referring(session))
            if origin is None:
                self._carry_out(call, asked, session, packer, emit, files=files)
            else:
                with self._audited(call, session, actor or call.actor, origin):
                    self._carry_out(call, asked, session, packer, emit, files=files)
        except OSError:
            raise
        except BaseException as error:  # noqa: BLE001  -- told to the caller, whose call raised it
            plain = Packer(_Referring(_Session({}, 0)))
            emit(Frame({"error": pack_error(error, plain)}, plain.parts))

    @contextmanager
    def _audited(self, call: _Call, session: _Session, actor: str, origin: str) -> Iterator[None]:
        """Have the audit log tell of what the call changes, and of what it takes out."""
        served = served_of(self._object(session, call.on))
        kind = "" if served is None else served.kind.__name__
        note = Note(actor, f"{kind}.{call.name}", origin=origin)
        with noting(note):
            yield
        if (kind, call.name) in EXPORTS and not note.is_written:
            self._workspace.access.audit.write(note)

    def _carry_out(
        self, call: _Call, asked: Frame, session: _Session, packer: Packer, emit: Emit, *, files: bool
    ) -> None:
        on = self._object(session, call.on)
        served = served_of(on)
        allowed = frozenset() if served is None else served.reads if call.do == "read" else served.calls
        if served is None or call.name not in allowed:
            raise UsageError(f"{call.name!r} of {type(on).__name__} is not served", code="remote.not_served")
        sending, limited = self._patient(served.kind.__name__, call, emit)
        events = _Events(sending, packer)
        unpacker = Unpacker(asked.parts, self._referred(session, events), is_known=ARGUMENTS.__contains__)
        with limited:
            member = getattr(on, call.name)
            if call.do == "call":
                arguments = tuple(unpacker.unpack(call.arguments))
                named = {name: unpacker.unpack(one) for name, one in call.named.items()}
                if not files:
                    refuse_files(member, arguments, named)
                member = member(*arguments, **named)
            if isinstance(member, Iterator):
                for items in _chunks(member):
                    part = Packer(_Referring(session))
                    content = [part.pack(one) for one in items]
                    sending(Frame({"items": content}, part.parts))
                member = None
            result = packer.pack(member)
        emit(Frame({"result": result, "version": self._workspace.version}, packer.parts))

    def _patient(self, kind: str, call: _Call, emit: Emit) -> tuple[Emit, AbstractContextManager[None]]:
        """How to send to the caller, and where to work: with a limit of time if the call only reads."""
        if not self._read_time_s or call.do != "call" or (kind, call.name) not in READING:
            return emit, nullcontext()
        patience = Patience(self._read_time_s, self._now)

        def sending(frame: Frame) -> None:
            patience.pause()
            try:
                emit(frame)
            finally:
                patience.begin_anew()

        return sending, given_up(patience, self._read_time_s)

    def _session(self, caller: str, call: _Call, actor: str | None) -> _Session:
        with self._lock:
            now = self._now()
            found = self._sessions.get((caller, call.session))
            if found is None:
                self._make_room(now)
                root = self._workspace.acting(actor or call.actor)
                found = self._sessions[caller, call.session] = _Session({0: root}, now)
            found.last_us = now
            return found

    def _make_room(self, now: int) -> None:
        if len(self._sessions) < SESSIONS_MAX:
            return
        for key, one in list(self._sessions.items()):
            if now - one.last_us > SESSION_IDLE_US:
                del self._sessions[key]
        if len(self._sessions) >= SESSIONS_MAX:
            raise ConflictError(f"there are {SESSIONS_MAX} connections already", code="remote.sessions")

    def _object(self, session: _Session, id: int) -> object:
        try:
            return session.objects[id]
        except KeyError:
            raise NotFoundError(
                "the object that was called is no longer known here: the server has been started anew, or the"
                " connection was idle for long",
                code="remote.gone",
                hint="get it again from the workspace",
            ) from None

    def _referred(self, session: _Session, events: _Events) -> Callable[[str, Json], object]:
        def referred(tag: str, content: Json) -> object:
            match tag:
                case "held":
                    return self._object(session, content)
                case "callback":
                    return events.calling(str(content))
                case _:
                    raise UsageError(f"found a value of the unknown kind {tag!r}", code="remote.value")

        return referred


@dataclass(frozen=True, slots=True)
class _Call:
    """One call, as its header says it."""

    session: str
    actor: str
    on: int
    do: str
    name: str
    arguments: list[Json]
    named: dict[str, Json]
    release: list[int]

    @classmethod
    def read(cls, header: Any) -> _Call:
        try:
            return cls(
                str(header["session"]),
                str(header.get("actor") or "remote"),
                int(header.get("on", 0)),
                str(header["do"]),
                str(header.get("name", "")),
                list(header.get("arguments", ())),
                dict(header.get("named", {})),
                list(header.get("release", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"found no call in the message: {error!r}", code="remote.call") from None


class _Referring:
    """Says of the objects of served classes that they stay here, and under which number."""

    def __init__(self, session: _Session) -> None:
        self._session = session

    def __call__(self, value: object) -> Json | None:
        found = served_of(value)
        if found is None:
            return None
        about = {"id": self._session.hold(value), "class": found.name}
        if isinstance(value, Definition):
            about["json"] = value.to_json_text()
        return {"held": about}


class _Events:
    """Calls that go back to the caller while its own is carried out."""

    def __init__(self, emit: Emit, packer: Packer) -> None:
        self._emit = emit
        self._packer = packer

    def calling(self, name: str) -> Callable[..., object]:
        def call(*values: object) -> bool:
            packer = Packer(lambda _: None)
            content = [packer.pack(one) for one in values]
            try:
                self._emit(Frame({"event": name, "values": content}, packer.parts))
            except OSError:
                if name == "cancel":
                    return True
                raise CancelledError("whoever asked for this is no longer there") from None
            return False

        return call


def _chunks(items: Iterator[Any]) -> Iterable[list[Any]]:
    while chunk := list(islice(items, ITEMS_PER_FRAME)):
        yield chunk
