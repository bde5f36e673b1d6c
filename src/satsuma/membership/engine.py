"""The engine: keeps live leaves and segments true from version to version, at the cost of what changed.

It begins cold: until its index is open, the kernels are loaded and every leaf has been evaluated once
(`warm`, in the background), segments are followed by evaluating each whole in the version's own transaction,
as right and slower. Both ways write the same changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace

from satsuma.evaluation import kernels
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.index import Index
from satsuma.index.index import Of as IndexOf
from satsuma.kernel.errors import InvariantError
from satsuma.membership import loading, saving, turning
from satsuma.membership.asking import Asking, Counted
from satsuma.membership.deltas import Cause, Delta
from satsuma.membership.evaluating import Evaluate
from satsuma.membership.failing import mark, spread
from satsuma.membership.follow import follow
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.making import Making
from satsuma.membership.merging import Merging
from satsuma.membership.planes import Plane
from satsuma.membership.plans import plan_of
from satsuma.membership.prepared import Prepared, Since, prepared_leaves
from satsuma.membership.standing import Standing
from satsuma.membership.stored import LiveSet
from satsuma.membership.touching import Leaf, Quiet
from satsuma.record import index_changes
from satsuma.record.change import Change
from satsuma.record.store import Record
from satsuma.record.touches import Touches

Turn = Callable[[], AbstractContextManager[None]]
"""Holds up the making of versions while its context lasts."""


class Engine:
    """Follows versions. The writer calls `follow`, then `adopt` or `drop`; any thread may read `standing`."""

    def __init__(self, record: Record, evaluate: Evaluate) -> None:
        """Begin cold.

        Args:
            record: The record whose versions are followed.
            evaluate: Gives the members of a bound definition from the record, while the engine is cold.
        """
        self._record = record
        self._evaluate = evaluate
        self._standing: Standing | None = None
        self._making: tuple[Making, Standing] | None = None
        self._touched: Change | None = None
        self._prepared = Prepared()
        self._quiet = Quiet()
        self._merging = Merging(record.settings.index_tail_rows)
        self._unneeded: Mapping[tuple[str, int], int] = {}
        self._order: tuple[object, Sequence[LiveSegment]] | None = None
        self.counted = Counted()
        self.on_cold: Callable[[], None] = lambda: None
        """Called when there is something to follow, or to answer, and the engine is cold."""

    @property
    def standing(self) -> Standing | None:
        """What is held of the last version that the engine has followed; None while it is cold."""
        return self._standing

    def follow(
        self,
        change: Change,
        live: Iterable[LiveSegment],
        failed: Mapping[int, str],
        cause: Cause,
        causes: Mapping[int, Cause],
    ) -> tuple[Delta, ...]:
        """Bring every live segment to the version being made, and write what that changed.

        Args:
            change: The version; its rows are written already.
            live: All live and failed segments, bound to the change's catalog.
            failed: Segments known to fail, with the reason; they and all that refer to them keep their
                members, save those whose record is gone.
            cause: Of the changes.
            causes: Of those of single segments, and of those that refer to them, where another.

        Raises:
            SegmentFailure: A segment that is not in `failed` cannot be evaluated. The transaction is lost
                with it.
        """
        self._touched = change
        standing = self._standing
        if standing is None:
            live = tuple(live)
            if live:
                self.on_cold()
            return follow(change, live, self._evaluate, failed, cause, causes)
        ordered = self._ordered(live)
        was = standing.plan
        # Of segments that stand as they stood when none failed, none has a reason to.
        as_before = was.ordered is ordered and not was.reasons and not failed
        reasons = was.reasons if as_before else spread(ordered, failed)
        index = standing.index.apply(change)
        plan = plan_of(ordered, reasons, standing.plan)
        making = Making(
            standing, change, index, plan, self._prepared, self._quiet, cause=cause, causes=causes
        )
        try:
            after = making.follow()
        except BaseException:
            making.drop()
            raise
        self._making = making, after
        unneeded = standing.index.unneeded
        if unneeded != self._unneeded:
            # Of files that were made since: nobody opens an index from older ones any more.
            index_changes.forget(change, unneeded)
        if reasons or plan is not was:
            for segment in ordered:
                mark(change, segment, reasons.get(segment.id))
        return tuple(one.delta() for one in making.changes.moved if len(one.numbers))

    def _ordered(self, live: Iterable[LiveSegment]) -> Sequence[LiveSegment]:
        """In dependency order; of the very list that came last, the very order that was given then."""
        if self._order is None or self._order[0] is not live:
            self._order = live, in_dependency_order(live)
        return self._order[1]

    def adopt(self) -> None:
        """The version is durable: hold it."""
        if self._making is not None:
            making, standing = self._making
            self._unneeded = self._standing.index.unneeded if self._standing is not None else {}
            self._standing = replace(standing, index=self._merging.go_on(standing.index))
            self.counted = making.counted
        if self._touched is not None:
            # After the standing: whoever begins to note in between sees the new one.
            self._prepared.note(self._touched.touches)
        self._making = self._touched = None

    def drop(self) -> None:
        """The version came to nothing: hold the last one."""
        if self._making is not None:
            self._making[0].drop()
        self._making = self._touched = None

    @contextmanager
    def prepared(self, leaves: Iterable[Leaf], progress: Callable[[float], None]) -> Iterator[None]:
        """Evaluate leaves beside the writer, so that a version in which their segments join need not.

        What versions touch meanwhile, and while the context lasts, is noted and asked again when they join.
        A cold engine prepares nothing.

        Args:
            leaves: Of the definitions that go live.
            progress: Told the part that is done, 0 to 1; what it raises ends the preparation.
        """
        standing = self._standing
        if standing is None:
            yield
            return
        since = self._prepared.begin()
        # Read after the noting began: what no version after this one touches is as it was here.
        standing = since.standing = self._standing or standing
        try:
            self._prepare(prepared_leaves(leaves, standing), since, standing, progress)
            yield
        finally:
            self._prepared.end(since)

    def _prepare(
        self, leaves: Sequence[Leaf], since: Since, standing: Standing, progress: Callable[[float], None]
    ) -> None:
        with self._record.cursor() as cursor:
            catalog = standing.index.of.catalog
            asking = Asking(standing.index, standing.at, catalog, SqlMemberships(cursor))
            for done, leaf in enumerate(leaves):
                progress(done / len(leaves))
                plane = Plane()
                asking.everyone(leaf, plane)
                self._prepared.put(leaf.key, plane, since)

    def warm(self, turn: Turn, progress: Callable[[float], None] = lambda _: None) -> None:
        """Open the index, load the kernels and evaluate every live leaf, then follow by what changes touch.

        Versions go on being made meanwhile; what they touch is asked again at the end, in the writer's turn.

        Args:
            turn: Holds up the making of versions.
            progress: Told the part that is done, 0 to 1; what it raises ends the warming, with nothing done.
        """
        if self._standing is not None:
            return
        kernels.warm(lambda part: progress(part / 2))
        turning.warmed()
        since = self._prepared.begin()
        try:
            first = self._load(None, lambda part: progress((1 + part) / 2))
            with turn():
                if (first.version, first.at) == (self._record.version, self._record.now):
                    self._standing = first
                else:
                    earlier = loading.Earlier(first, Touches.merged(since.touches))
                    self._standing = self._load(earlier, progress)
        finally:
            self._prepared.end(since)

    def cool(self) -> None:
        """Hold nothing any more: the record has lost rows for good; nothing made of them may outlive them.

        In the writer's turn, and not while it is being warmed.
        """
        self._merging.stop()
        self._standing = None

    def next_due(self, after: int, upto: int) -> int | None:
        """The first instant in `(after, upto]` at which time alone may change a live segment, or None.

        In the writer's turn.

        Raises:
            InvariantError: The engine is cold.
        """
        standing = self._standing
        if standing is None:
            raise InvariantError("a cold engine was asked what is due")
        agenda = standing.plan.agenda
        return agenda.next(standing.index, self._record.cursor, after, upto, self._quiet)

    def close(self) -> None:
        """Save the planes for the next start; where there is no room for them, that one evaluates anew."""
        self._merging.stop()
        standing = self._standing
        if standing is not None and standing.leaves:
            # The record says all that they say, and must be closed whatever becomes of them.
            with suppress(OSError):
                saving.save(standing, self._record.directory, standing.index.of.stamp)
        # Who keeps the closed workspace need not keep the index's files mapped.
        self.cool()

    def _load(self, earlier: loading.Earlier | None, progress: Callable[[float], None]) -> Standing:
        with self._record.snapshot() as (cursor, state):
            of = IndexOf(self._record.workspace_id, state.version, state.now, state.catalog)
            index = Index.read(cursor, of, self._record.directory / "index")
            live = LiveSet().read(cursor, state.catalog)
            saved = saving.read(self._record.directory, of.stamp) if earlier is None else None
            wanted = loading.Of(cursor, state.version, state.now, state.catalog, index, live)
            return loading.load(wanted, saved=saved, earlier=earlier, progress=progress)
