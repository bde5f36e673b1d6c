"""A workspace: one directory opened, its rooms wired together; the Python API and only composition root."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.access import audit
from satsuma.access.migrations import MIGRATIONS as ACCESS_MIGRATIONS
from satsuma.access.rooms import AccessRooms
from satsuma.access.service import Access
from satsuma.catalog.audiences import audience_named
from satsuma.catalog.model import Catalog
from satsuma.commit.catalogs import Catalogs
from satsuma.commit.changes import MembershipChanges
from satsuma.commit.erasing import Erasing, ErasureReceipt
from satsuma.commit.feed import MIGRATIONS as COMMIT_MIGRATIONS
from satsuma.commit.feed import Feed
from satsuma.commit.folding import Folding
from satsuma.commit.limited import LimitedWriter
from satsuma.commit.receipts import Receipt, Removal, Replay
from satsuma.commit.rows import Rows, locked_attributes
from satsuma.commit.ticking import Passed, Ticker, Ticks
from satsuma.commit.writer import Committed, Writer
from satsuma.evaluation import sql
from satsuma.evaluation.kernels import scratch
from satsuma.insights.service import Insights
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.clock import Clock, ManualClock, SystemClock
from satsuma.kernel.errors import InvariantError, NotFoundError, UsageError
from satsuma.kernel.ids import workspace_id
from satsuma.kernel.instants import format_instant, instant_of
from satsuma.kernel.names import key_given, keys_given
from satsuma.kernel.zones import zone
from satsuma.language import bound
from satsuma.lists import erasing as lists_erasing
from satsuma.lists import gone as lists_gone
from satsuma.lists import known as lists_known
from satsuma.lists.centers import Centers
from satsuma.lists.consent import Consent
from satsuma.lists.forms import Forms
from satsuma.lists.links import SECRET_FILE, Links
from satsuma.lists.mail import Mail
from satsuma.lists.migrations import MIGRATIONS as LISTS_MIGRATIONS
from satsuma.lists.public import PublicPages
from satsuma.lists.rooms import ListRooms
from satsuma.lists.service import Lists
from satsuma.membership.answering import Answers
from satsuma.membership.deltas import Cause
from satsuma.membership.engine import Engine
from satsuma.membership.limited import InSights, LimitedAnswers, limited
from satsuma.membership.names import LIVE_STATES, KeptNames
from satsuma.membership.retention import read_from
from satsuma.membership.snapshot import Snapshot
from satsuma.membership.stored import LiveSet
from satsuma.membership.verify import Difference, held, verify
from satsuma.membership.warming import Warming
from satsuma.record import definitions, id_files, memberships, restoring
from satsuma.record.backup import Backup, back_up
from satsuma.record.change import Change
from satsuma.record.erasing import whom
from satsuma.record.files import DATABASE_FILE, Settings
from satsuma.record.known import known
from satsuma.record.limited import LimitedRecord, for_everyone, not_limited
from satsuma.record.lock import Holder
from satsuma.record.memory_limit import VARIABLE, kernels_bytes, within_limit
from satsuma.record.quarantine import Quarantined
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.restoring import Restored
from satsuma.record.sight import Sight
from satsuma.record.store import Record
from satsuma.record.versions import Version, in_force
from satsuma.segments.gate import Status
from satsuma.segments.jobs import Jobs
from satsuma.segments.kept_drafts import KeptDrafts
from satsuma.segments.rooms import Rooms
from satsuma.segments.scheduling import Dates, next_date
from satsuma.segments.service import Segments
from satsuma.segments.templates import MIGRATIONS as SEGMENTS_MIGRATIONS
from satsuma.segments.templates import Templates
from satsuma.sync.importer import Importer
from satsuma.sync.ledger import Import
from satsuma.sync.tracking.tracker import Tracker
from satsuma.sync.webhooks.sending import Sender
from satsuma.sync.webhooks.service import Webhooks
from satsuma.sync.webhooks.tables import MIGRATIONS as WEBHOOKS_MIGRATIONS
from satsuma.sync.webhooks.worker import Worker

DEFAULT_ACTOR = "python"

CLOCK = "clock"
"""Who makes versions of time's, and their kind."""

MIGRATIONS = (
    *COMMIT_MIGRATIONS,
    *SEGMENTS_MIGRATIONS,
    *LISTS_MIGRATIONS,
    *ACCESS_MIGRATIONS,
    *WEBHOOKS_MIGRATIONS,
)
"""Of the rooms above the record."""

DERIVED = ("index", "planes", id_files.FOLDER, "uploads")
"""Folders that an erasing throws away: files made from the record, and files that wait to be imported."""


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

    Args:
        path: The directory.
        clock: Where `now` comes from; default the system's clock.
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
        WorkspaceLockedError: Another process has it open; the message says which.
        WorkspaceDamagedError: There is none and `create` is False, or its file cannot be read.
        WorkspaceTooNewError: A later Satsuma wrote it.
        WorkspaceError: The directory cannot be written to, or its disk fails (`workspace.unwritable`).
    """
    clock = clock or SystemClock()
    limit = os.environ.get(VARIABLE) or None if memory_limit is None else memory_limit
    settings = within_limit(settings, limit)
    scratch.limit_to(kernels_bytes(limit))
    holder = Holder.this_process(since_us=clock.now(), command=" ".join(sys.argv[:4]) or None)
    if create and not (Path(path) / DATABASE_FILE).exists():
        zone(timezone)
        record = Record.create(
            path,
            workspace_id=workspace_id(os.urandom(16)),
            catalog=Catalog(timezone=timezone),
            at=clock.now(),
            actor=actor,
            settings=settings,
            migrations_above=MIGRATIONS,
            holder=holder,
        )
    else:
        record = Record.open(path, settings=settings, migrations_above=MIGRATIONS, holder=holder)
    try:
        return Workspace(record, clock, actor, warming)
    except BaseException:
        record.close()
        raise


def restore(
    file: str | Path, directory: str | Path, *, progress: Callable[[float], None] | None = None
) -> Restored:
    """Make a workspace from a file that `Workspace.backup` wrote; on failure nothing is left behind.

    Args:
        file: The backup.
        directory: Where; empty, or not there yet.
        progress: Told the part that is done, 0 to 1.

    Raises:
        NotFoundError: There is no such file.
        ConflictError: The directory is not empty.
        DataError: The file is no backup, or damaged (`data.backup`).
        WorkspaceTooNewError: A later Satsuma wrote it.
        WorkspaceError: The directory cannot be written to.
    """
    tell = progress or (lambda _: None)
    return restoring.restore(Path(file), Path(directory), migrations_above=MIGRATIONS, progress=tell)


class Workspace:
    """An open workspace; close it, or use it in a `with`. Made by `satsuma.open`."""

    def __init__(
        self, record: Record, clock: Clock, actor: str, warming: Literal["background", "asked"] = "background"
    ) -> None:
        """Wire the rooms of an open record; see `open`."""
        self._record = record
        self._clock = clock
        self._live = LiveSet()
        self.engine = Engine(record, _evaluate)
        self.writer = Writer(record, clock, self._live.of, self.engine, steady_us=_steady_us)
        self._folding = Folding(record, self.writer.turn)
        self.writer.made = self._folding.made
        self._warming = Warming(self.engine, self.writer.turn)
        self._time = Ticks(self._next_due, self._tick_at, lambda: record.now)
        self._ticker = Ticker(self._time, clock, _steady_us)
        self._importing: set[int] = set()
        self.changes = MembershipChanges(record)
        self.tracking = Tracker(self.writer, clock, self._locked, steady_us=_steady_us)
        self._jobs, self._answers = Jobs(), Answers(self.engine)
        self._kept = KeptNames(), KeptDrafts[Any]()
        self._in_sights = InSights()
        links = Links(record.directory, os.urandom)
        self._list_rooms = ListRooms(record, self.writer, _evaluate, actor, clock, os.urandom, links)
        self.access = Access(AccessRooms(record, self.writer, clock, os.urandom))
        self._wire(actor)
        dates = Dates(self._rooms)

        def due(change: Change) -> Mapping[int, Cause]:
            lists_gone.forget(change)
            return dates.keep(change)

        self.writer.due = due
        self.writer.beside = audit.noted
        self._resume()
        self._erasing.finish()
        if warming == "background":
            self.engine.on_cold = self._warming.begin

    @property
    def path(self) -> Path:
        """Its directory."""
        return self._record.directory

    @property
    def version(self) -> int:
        """The number of the last version."""
        return self._record.version

    @property
    def now(self) -> int:
        """The last version's instant, microseconds UTC."""
        return self._record.now

    def versions(self, *, since: int = 0) -> list[Version]:
        """The versions above one, ascending, with instant, actor and kind."""
        return self._record.versions(since)

    def upsert(
        self, entity: str, rows: Any, *, observed_at: str | int | None = None, key: str = "id"
    ) -> Receipt:
        """Take rows about records: new ones are made, known ones updated, attribute by attribute.

        Args:
            entity: Name of the entity; in mode `learn` an unknown one is added to the catalog.
            rows: Arrow, pandas, Polars, a DuckDB relation, or a list of dicts. A dict leaves attributes that
                are not in it as they are; None clears.
            observed_at: A column, or one instant for all: when the values were so. Default: now.
            key: The column of the keys.

        Returns:
            The receipt, once everything is durable and visible.
        """
        return self._rows.upsert(entity, rows, observed_at=observed_at, key=key)

    def append(
        self, type: str, rows: Any, *, member: str | None = None, audience: str | None = None
    ) -> Receipt:
        """Take interactions of a type.

        Args:
            type: Its name; in mode `learn` an unknown one is added to the catalog.
            rows: As for `upsert`, with `occurred_at`, the member's key, perhaps `id`; all else are
                attributes. Rows without an id count anew with every call.
            member: The column of the members' keys; default the audience's name.
            audience: Whose interactions a new type's are.
        """
        return self._rows.append(type, rows, member=member, audience=audience)

    def delete(self, entity: str, keys: Sequence[str]) -> Removal:
        """Remove records with all that is theirs; the keys may return as someone new."""
        return self._rows.delete(entity, keys_given(keys))

    def retract(self, type: str, ids: Sequence[str]) -> Removal:
        """Remove interactions that did not happen after all."""
        return self._rows.retract(type, keys_given(ids))

    def merge(self, entity: str, *, keep: str, drop: str) -> Receipt:
        """Join two records that are one: all that `drop` has becomes `keep`'s, and its key an alias."""
        return self._rows.merge(entity, keep=key_given(keep), drop=key_given(drop))

    @for_everyone
    def erase(self, entity: str, key: str) -> ErasureReceipt:
        """Remove a record for good, with everything that names it, from the rows and from the files' bytes.

        Unlike `delete` it keeps nothing by which the key could be told when it comes again; a record that was
        deleted can be erased after it. The database file
        is made anew, which takes time in proportion to its size; readers are waited for.

        Returns:
            The receipt: how much was removed, and where people have written the key or an e-mail address of
            the record themselves.

        Raises:
            NotFoundError: No record has the key, or had it when it was deleted.
        """
        # What is made of the record must be whole before it can be thrown away, and not be made meanwhile.
        with self._warming.held():
            return self._erasing.erase(entity, key_given(key))

    @for_everyone
    def backup(self, path: str | Path, *, progress: Callable[[float], None] | None = None) -> Backup:
        """Write the last version to one file, from which `satsuma.restore` makes a workspace.

        Versions go on being made meanwhile. What is erased later stays in the file.

        Args:
            path: The file, which must not exist.
            progress: Told the part that is done, 0 to 1.

        Raises:
            ConflictError: The file exists.
            WorkspaceError: It cannot be written.
        """
        return back_up(self._record, Path(path), also=(SECRET_FILE,), progress=progress or (lambda _: None))

    @for_everyone
    def forget_changes(self, *, before: str | datetime | date | int) -> int:
        """Drop who entered and left segments before an instant, as far as nothing needs it any more.

        Members at that instant and later stay exact. What live definitions, cursors of the feed and webhooks
        have yet to read stays; a definition that goes live later finds what is left.

        Args:
            before: The instant; what bears no offset is read in the workspace's zone.

        Returns:
            How many changes were dropped.
        """
        at = instant_of(before, zone(self._record.catalog.timezone))

        def work(change: Change) -> int:
            last = in_force(change.connection, at - 1)
            if last is None:
                return 0
            told = [one.place.version for one in self.webhooks.list()]
            told += [one.place.version for one in self.feed.cursors()]
            return memberships.prune(
                change, min([last, *told]) + 1, read_from(self._live.of(change), change.at)
            )

        return self.writer.commit(work, actor=self._actor, kind="retention", detail="forget changes").result

    def export_contact(self, key: str, *, audience: str | None = None) -> dict[str, Any]:
        """All that is known of one record of an audience, ready to be written as JSON.

        Raises:
            NotFoundError: No record has the key.
        """
        with self._record.snapshot() as (cursor, state):
            who = whom(cursor, audience_named(state.catalog, audience), key_given(key))
            return known(cursor, state.catalog, who) | lists_known.known(cursor, who)

    def quarantine(self, target: str | None = None, *, limit: int | None = None) -> list[Quarantined]:
        """Rows that were refused and wait, oldest first, each with its reason."""
        return self._record.quarantine(target, limit=limit)

    @for_everyone
    def replay(self, target: str | None = None) -> Replay:
        """Try refused rows again, such as after the catalog has changed."""
        if not self._record.quarantine(target, limit=1):
            return Replay(None)
        return self._rows.replay(target)

    @property
    def imports(self) -> list[Import]:
        """Every import of files, by id; `importer` makes, resumes and undoes them."""
        return self.importer.list()

    def warm(self) -> None:
        """Open the index, load the kernels and evaluate every live leaf now, and wait for it.

        Afterwards versions cost what they touch, and whole audiences are answered from the index.
        """
        self._warming.wait()

    @for_everyone
    def advance(self, *, to: str | datetime | date | int, versions: Literal["due", "end"] = "due") -> Version:
        """Move a manual clock on; every live segment is exact at every version on the way and at the end.

        Args:
            to: The instant; what bears no offset is read in the workspace's zone.
            versions: `due`: a version at each instant on the way at which time alone may change something
                live, and one at the end. `end`: one version, at the end.

        Returns:
            The version at the end.

        Raises:
            UsageError: The clock is the system's, or the instant lies before the present one.
        """
        if not isinstance(self._clock, ManualClock):
            raise UsageError(
                "only a manual clock is advanced",
                hint="open with clock=satsuma.ManualClock(...)",
                code="usage.clock",
            )
        if versions not in ("due", "end"):
            raise UsageError(f"found versions={versions!r}, expected 'due' or 'end'")
        at = instant_of(to, zone(self._record.catalog.timezone))
        self._clock.set(at)
        if versions == "due":
            self._catch_up(at)
        committed = self._tick_at()
        return Version(committed.version, committed.at, CLOCK, CLOCK, None)

    @for_everyone
    def catch_up(self) -> Passed:
        """Make a version at each instant since the last version at which time alone changed something live.

        Instants are gathered to whole seconds; more than 10,000 versions are gathered further, which the
        answer says.
        """
        return self._catch_up(self._clock.now(), grid_us=US_PER_SECOND)

    @for_everyone
    def keep_time(self) -> None:
        """Catch up, and then make due versions as the clock passes, in the background, until it is closed."""
        self.catch_up()
        self._ticker.start()

    @property
    def time_stopped_by(self) -> str | None:
        """Why due versions are no longer made in the background, for the operator; None while they are."""
        return self._ticker.stopped_by

    @for_everyone
    def snapshot(self) -> Snapshot:
        """The members of all live segments at one version, whatever is committed meanwhile."""
        self.warm()
        standing = self.engine.standing
        if standing is None:
            raise InvariantError("the engine is warm and holds nothing")
        return Snapshot(standing)

    @for_everyone
    def tick(self) -> int:
        """Make a version for the time that has passed; returns its number."""
        return self._tick_at().version

    def segments_of(self, key: str, *, audience: str | None = None) -> tuple[str, ...]:
        """Names of the live segments that a record is in, sorted.

        Raises:
            NotFoundError: No record has the key.
        """
        key = key_given(key)
        standing = None if self.sight is not None else self.engine.standing
        if standing is not None and standing.version == self.version:
            held = Snapshot(standing)
            if held.holds(key, audience):
                return held.segments_of(key, audience)
        with self._rooms.reading() as (cursor, state):
            entity = audience_named(state.catalog, audience)
            number = int(numbers_of_keys(cursor, entity, pa.array([key], pa.string()))[0])
            if number < 0:
                raise NotFoundError(f"no {entity.name} “{key}”", code="not_found.record")
            rows = cursor.execute(
                "SELECT s.name FROM segment_members m JOIN segments s ON s.id = m.segment"
                " WHERE m.member = ? AND s.audience = ? AND s.status IN ('live', 'failed')",
                [number, entity.number],
            ).fetchall()
        return tuple(sorted(name for (name,) in rows))

    @for_everyone
    def sql(self, query: str, parameters: Sequence[object] | dict[str, object] | None = None) -> pa.Table:
        """The answer of one read-only SQL statement over the views of the record (docs/sql.md)."""
        return self._record.query(query, parameters)

    @for_everyone
    def verify(self, *, progress: Callable[[float], None] | None = None) -> tuple[Difference, ...]:
        """Recompute from the record all that is kept of it, and compare; empty when all is as it should be.

        Every live segment is evaluated anew by SQL and compared with its stored members and with the sum of
        its changes. Where the engine is warm (`warm`), so are the bits and the members that it holds, and
        every row of its index. What is known of interaction ids must tell of all that are stored. Versions go
        on being made meanwhile.

        Args:
            progress: Told the part that is done, 0 to 1; what it raises ends it.
        """
        with ExitStack() as stack:
            with self.writer.turn():
                standing, known = held(self.engine.standing), self._record.known_ids()
                cursor, state = stack.enter_context(self._record.snapshot())
            live = LiveSet().read(cursor, state.catalog)
            tell = progress or (lambda _: None)
            return verify(
                cursor, state.catalog, live, _evaluate, standing, known, now=state.now, progress=tell
            )

    @for_everyone
    def webhook_worker(self, *, allowed: Sequence[str] = ()) -> Worker:
        """What posts to webhooks, once started or asked; `allowed` names networks that are not public."""
        return Worker(self.webhooks, self.changes, self._clock, lambda: self.version, Sender(allowed))

    @for_everyone
    def acting(self, actor: str, sight: Sight | None = None) -> Workspace:
        """The same open workspace for somebody else: what is done through it bears their name.

        Args:
            actor: Their name.
            sight: Which contacts they see, if not all (`ws.access.sight_of`). What is read is then as if
                there were no others, what is written is about those, and what cannot be limited is refused.
        """
        view = copy(self)
        view._wire(actor, sight)  # noqa: SLF001  -- its own class
        return view

    @for_everyone
    def announce(self, socket: str | None) -> None:
        """Say in the lock file where this process serves callers on the same machine; None: nowhere."""
        lock = self._record.lock
        lock.announce(replace(lock.holder, socket=socket))

    @for_everyone
    def close(self) -> None:
        """Close the workspace, ending jobs that still run; a second call does nothing."""
        self._ticker.stop()
        self.tracking.close()
        self._rooms.jobs.end()
        self._warming.stop()
        self._folding.stop()
        self.engine.close()
        self._answers.forget()
        self._record.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """Where it is and at which version."""
        return f"<workspace {self.path}, version {self.version} at {format_instant(self.now)}>"

    def _forget_index(self) -> None:
        """Throw away what was made from the record, in memory and in files: it is made again when needed."""
        self.engine.cool()
        # What is kept of answers holds on to the index that they came from.
        self._answers.forget()
        self._warming.again()
        for name in DERIVED:
            shutil.rmtree(self.path / name, ignore_errors=True)

    def _locked(self, change: Change) -> frozenset[int]:
        return locked_attributes(self._live.of(change))

    def _next_due(self, after: int, upto: int) -> int | None:
        """The first instant of a span at which time alone may change something live."""
        with self._record.cursor() as cursor:
            date = next_date(cursor, after, upto)
        with self.writer.turn():
            # Asked in turn: erasing, for one, takes from the engine what it holds.
            if self.engine.standing is None:
                return date
            due = self.engine.next_due(after, upto if date is None else date)
        return date if due is None else due

    def _catch_up(self, upto: int, *, grid_us: int = 0) -> Passed:
        if self.engine.standing is None:
            with self._record.cursor() as cursor:
                is_live = any(row.status in LIVE_STATES for row in definitions.segments(cursor))
            if is_live:
                self.warm()
        return self._time.to(upto, grid_us=grid_us)

    def _tick_at(self, at: int | None = None) -> Committed[None]:
        return self.writer.commit(lambda _: None, actor=CLOCK, kind=CLOCK, cause="clock", at=at)

    def _wire(self, actor: str, sight: Sight | None = None) -> None:
        """Make the parts through which an actor gives commands, limited to what they see."""
        self._actor, self.sight = actor, sight
        # What is kept of answers and names is for everybody who sees all records.
        answers, shared = self._answers, (self._jobs, *self._kept)
        rooms = Rooms(self._record, self.writer, _evaluate, self.engine, actor, answers, *shared)
        listing = self._list_rooms.asked_by(actor)
        if sight is not None:
            record = self._record = LimitedRecord(self._record, sight)
            self.writer = LimitedWriter(self.writer, record.whole, sight)
            evaluate, own = limited(_evaluate, sight), LimitedAnswers(self.engine, sight, self._in_sights)
            rooms = Rooms(record, self.writer, evaluate, self.engine, actor, own, self._jobs, whole=rooms)
            listing = replace(listing, record=record, writer=self.writer, evaluate=evaluate)
            self.changes = MembershipChanges(record)
            self.tracking = not_limited("the tracking API")
        self._rooms = rooms
        self._rows = Rows(self.writer, self._live.of, actor)
        self.catalog = Catalogs(self._record, self.writer, actor)
        self.segments = Segments(rooms)
        self.templates = Templates(rooms)
        self.insights = Insights(
            rooms, self.segments, lambda key, audience: self.segments_of(key, audience=audience)
        )
        self.lists = Lists(listing)
        self.consent = Consent(listing)
        self.centers = Centers(listing)
        self.forms = Forms(listing)
        self.public = PublicPages(listing)
        self.mail = Mail(listing)
        self._wire_exchange(actor)

    def _wire_exchange(self, actor: str) -> None:
        """Make the parts that move data in and out as a whole."""
        record, writer = self._record, self.writer
        if self.sight is not None:
            self.importer: Importer = not_limited("an import")
            self.webhooks: Webhooks = not_limited("a webhook")
            self.feed: Feed = not_limited("the feed")
            return
        self.importer = Importer(record, writer, actor=actor, locked=self._locked, running=self._importing)
        self.webhooks = Webhooks(record, writer, self._clock, os.urandom, actor)
        self.feed = Feed(record, writer, actor)
        self._erasing = Erasing(record, writer, actor, [lists_erasing.erase], self._forget_index)

    def _resume(self) -> None:
        """Put segments that were going live when a process ended back to drafts."""
        with self._record.cursor() as cursor:
            left = [
                row
                for row in definitions.segments(cursor)
                if row.status == Status.GOING_LIVE and row.starts_at is None
            ]

        def back(change: Change) -> None:
            for row in left:
                reason = "the process ended while it was going live"
                definitions.put_segment(change, replace(row, status=Status.DRAFT.value, reason=reason))

        if left:
            self.writer.commit(back, actor=self._actor, kind="definition", detail="not gone live")


def _evaluate(
    connection: duckdb.DuckDBPyConnection, definition: bound.Definition, catalog: Catalog, now: int
) -> NDArray[np.uint32]:
    return sql.members(connection, definition, catalog=catalog, now=now)


def _steady_us() -> int:
    """Microseconds that pass evenly whatever is done to the clock."""
    return time.monotonic_ns() // 1000
