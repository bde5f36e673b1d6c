"""Making a version: the leaves that a change touches are asked again, and segments follow in order.

For each leaf the touch rules give the members whose truth may have changed; the kernels answer for these and
no others; where the answer differs, the leaf's plane is turned. A segment is looked at for the members whose
leaves turned, in dependency order, so that those that refer to it see its new members in the same version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import duckdb
import numpy as np

from satsuma.catalog.audiences import entity_of_number
from satsuma.evaluation.due.inverse import Span
from satsuma.index import Index
from satsuma.index.columns import among
from satsuma.kernel.errors import Error
from satsuma.membership.asked import Asked
from satsuma.membership.asking import Asking, Counted, Group, fewer
from satsuma.membership.deltas import Cause, Changes, Moved
from satsuma.membership.failing import SegmentFailure
from satsuma.membership.judging import Case, judge
from satsuma.membership.live import LiveSegment
from satsuma.membership.loading import read_overrides
from satsuma.membership.members import Members
from satsuma.membership.planes import Bools, Numbers, Places, Plane, united
from satsuma.membership.plans import Plan
from satsuma.membership.prepared import Prepared
from satsuma.membership.standing import NO_OVERRIDES, KeptLeaf, KeptSegment, Overrides, Standing
from satsuma.membership.touching import Leaf, Program, Quiet, Touching
from satsuma.record import memberships
from satsuma.record.change import Change

Touched: TypeAlias = "Numbers | None"
"""Member numbers, ascending; None: everyone."""

NOBODY: Numbers = np.zeros(0, dtype=np.uint32)

SNAPSHOT_CHANGES_MIN = 10_000
"""So many changes of a segment are at least kept beside its newest snapshot before another is made."""

SNAPSHOTS_MAX = 2
"""So many snapshots one version makes; other segments get theirs in the next that moves them."""


class Making:
    """One version in the making; `drop` undoes what it did to planes."""

    def __init__(
        self,
        before: Standing,
        change: Change,
        index: Index,
        plan: Plan,
        prepared: Prepared,
        quiet: Quiet,
        *,
        cause: Cause,
        causes: Mapping[int, Cause],
    ) -> None:
        """Begin it.

        Args:
            before: The last version.
            change: The version; its rows are written already.
            index: Of the version.
            plan: Of its live segments.
            prepared: Planes of leaves that were evaluated beside the writer for segments that go live.
            quiet: What is known of the past from version to version.
            cause: Of the changes.
            causes: Of those of single segments, and of those that refer to them, where another.
        """
        self.before = before
        self.change = change
        self.index = index
        self.plan = plan
        self.changes = Changes()
        self._cause = cause
        self._causes = dict(causes)
        self._prepared = prepared
        self._leaves = _kept(before, plan)
        self._asked: set[str] = set()
        self._segments: dict[int, KeptSegment] = {}
        self._planes = {number: kept.plane for number, kept in before.segments.items()}
        self._moved: dict[int, Moved] = {}
        self._touching = Touching(
            change.touches, before.index, index, before.at, change.at, change.connection, quiet=quiet
        )
        memberships = Asked(change.connection, change.at, self._planes, self._moved)
        self._asking = Asking(index, change.at, change.catalog, memberships, plan.forms)

    @property
    def counted(self) -> Counted:
        """What it cost."""
        return self._asking.counted

    def follow(self) -> Standing:
        """Bring every live segment, in dependency order, to the version.

        Raises:
            SegmentFailure: One of them cannot be evaluated; the transaction is lost with it.
        """
        self._ask_plain()
        affected = self._affected()
        self._judge([segment for segment in self.plan.ordered if segment.id in affected])
        for segment in self.plan.ordered:
            if segment.id in self._segments:
                continue
            if segment.id in affected or segment.id in self.plan.referring:
                self._follow(segment, self.plan.programs[segment.id])
            else:
                self._segments[segment.id] = self.before.segments[segment.id]
        moved = (self._moved.get(segment.id) for segment in self.plan.ordered)
        self.changes.moved += [one for one in moved if one is not None]
        memberships.write_changes(self.change, self.changes.table())
        self._save_snapshots()
        self.plan.agenda.go_on(self.index, self.change.at)
        return Standing(
            self.change.version, self.change.at, self.index, self.plan, self._leaves, self._segments
        )

    def drop(self) -> None:
        """Undo what was turned in planes that the last version holds too."""
        self._asking.undo()

    # Leaves

    def _ask_plain(self) -> None:
        """Ask all leaves that refer to no segment, those touched alike together."""
        groups: dict[tuple[int, int], Group] = {}
        goes_on = self.plan is self.before.plan
        due = self.plan.agenda.groups(self.index, Span(self.before.at, self.change.at))
        self.counted.sources = self.plan.agenda.looked_at
        some = due if goes_on and not self.change.touches.some else range(len(self.plan.groups))
        by_clock = set(due)
        for place in some:
            leaves = self.plan.groups[place]
            # Leaves of a group are touched alike: one answers for all.
            touched = self._touched(leaves[0], by_clock=place in by_clock)
            # Only those of segments that join have to be asked about everyone.
            is_kept = goes_on or all(one.key in self._leaves for one in leaves)
            if touched is not None and not len(touched) and is_kept:
                continue
            if touched is not None and is_kept:
                group = groups.setdefault((leaves[0].audience, id(touched)), (touched, []))
                group[1].extend([(leaf, self._leaves[leaf.key].plane) for leaf in leaves])
                continue
            for leaf in leaves:
                plane, own = self._plane(leaf, touched)
                if own is None:
                    self._ask([(leaf, plane)], None)
                elif len(own):
                    group = groups.setdefault((leaf.audience, id(own)), (own, []))
                    group[1].append((leaf, plane))
        for numbers, together in fewer(groups.values()):
            self._ask(together, numbers)

    def _ask_referring(self, program: Program) -> None:
        """Ask the leaves of a segment that refer to others, which have followed by now."""
        for key, leaf in program.leaves.items():
            if not leaf.segments or key in self._asked:
                continue
            self._asked.add(key)
            plane, touched = self._plane(leaf, self._touched(leaf))
            if touched is None or len(touched):
                self._ask([(leaf, plane)], touched)

    def _touched(self, leaf: Leaf, *, by_clock: bool = True) -> Touched:
        data, clock = self._touching.data(leaf), self._touching.clock(leaf) if by_clock else NOBODY
        if data is None or clock is None:
            return None
        if not len(clock):
            return data
        return clock if not len(data) else united([data, clock])

    def _plane(self, leaf: Leaf, touched: Touched) -> tuple[Plane, Touched]:
        """The plane of a leaf, as it stood, and the members to be asked for again."""
        kept = self._leaves.get(leaf.key)
        if kept is None:
            prepared = self._prepared.plane(leaf, self.change, self.index)
            plane, touched = (Plane(), None) if prepared is None else prepared
            kept = self._leaves[leaf.key] = KeptLeaf(leaf, plane)
        return kept.plane, touched

    def _affected(self) -> set[int]:
        """Segments whose members may move, as far as that does not follow from other segments."""
        touches, before = self.change.touches, self.before
        found = {one.id for key in self._asking.turned for one in self.plan.users.get(key, ())}
        found |= touches.overrides | touches.static.keys() | self.plan.reasons.keys()
        came_or_went = touches.created.keys() | touches.gone.keys()
        if came_or_went:
            found |= {one.id for one in self.plan.ordered if one.audience in came_or_went}
        if self.plan is not before.plan:
            for segment in self.plan.ordered:
                kept = before.segments.get(segment.id)
                if kept is None or kept.failed is not None or kept.program != self.plan.programs[segment.id]:
                    found.add(segment.id)
        return found

    def _ask(self, leaves: Sequence[tuple[Leaf, Plane]], numbers: Touched) -> None:
        try:
            if numbers is not None:
                self._asking.some(leaves, numbers)
                return
            for leaf, plane in leaves:
                self._asking.everyone(leaf, plane)
        except (Error, duckdb.Error) as error:
            raise SegmentFailure(self.plan.users[leaves[0][0].key][0], str(error)) from error

    # Segments

    def _judge(self, affected: Sequence[LiveSegment]) -> None:
        """Follow the affected segments whose members come from plain leaves alone, all of them together."""
        cases: dict[int, list[tuple[LiveSegment, Case]]] = {}
        for segment in affected:
            program, kept = self.plan.programs[segment.id], self.before.segments.get(segment.id)
            if program is None or kept is None or segment.depends_on or segment.id in self.plan.referring:
                continue
            if kept.overrides.some or segment.id in self.change.touches.overrides:
                continue
            candidates = self._candidates(segment, program, kept, NOBODY)
            if candidates is not None:
                case = Case(program, kept.plane, [part for part in candidates if len(part)])
                cases.setdefault(segment.audience, []).append((segment, case))
        for several in cases.values():
            together = [case for _, case in several]
            judged = judge(together, self._leaves, self._alive(several[0][0]))
            self._asking.turned_already([case.plane for case in together], judged.ends, judged.numbers)
            for (segment, case), (numbers, entered) in zip(several, judged.each(), strict=True):
                kept = self.before.segments[segment.id]
                if not len(numbers) and kept.segment is segment and kept.program is case.program:
                    self._segments[segment.id] = kept
                else:
                    moved = self._move(segment, case.program, numbers, entered)
                    self._settle(segment, case.program, kept, moved, kept.overrides, None)

    def _follow(self, segment: LiveSegment, program: Program | None) -> None:
        kept = self.before.segments.get(segment.id) or self._returning(segment)
        self._inherit_cause(segment)
        reason = self.plan.reasons.get(segment.id)
        if program is not None:
            self._ask_referring(program)
        rules, ruled = self._overrides(segment, kept)
        if reason is not None:
            numbers = self._gone(segment)
            numbers = numbers[kept.plane.at(Places.of(numbers))]
            entered = np.zeros(len(numbers), dtype=np.bool_)
        else:
            candidates = self._candidates(segment, program, kept, ruled)
            places, holds = self._truth(segment, program, candidates, rules)
            differs = np.flatnonzero(holds != kept.plane.at(places))
            numbers, entered = places.numbers[differs], holds[differs]
        moved = self._move(segment, program, numbers, entered)
        self._asking.flip(kept.plane, moved.numbers)
        self._settle(segment, program, kept, moved, rules, reason)

    def _settle(
        self,
        segment: LiveSegment,
        program: Program | None,
        kept: KeptSegment,
        moved: Moved,
        rules: Overrides,
        reason: str | None,
    ) -> None:
        """Hold a segment as it is now; its plane has been turned."""
        self._planes[segment.id] = kept.plane
        self._moved[segment.id] = moved
        self._touching.moved[segment.id] = moved.numbers
        self._segments[segment.id] = KeptSegment(
            segment,
            program,
            kept.plane,
            kept.members.after(moved.numbers, moved.entered),
            rules,
            reason,
            kept.unsaved + len(moved.numbers),
        )

    def _returning(self, segment: LiveSegment) -> KeptSegment:
        """A segment that joins, with the members that it had when it was last live, if ever."""
        numbers = memberships.members(self.change.connection, segment.id)
        plane = Plane()
        plane.flip(numbers)
        return KeptSegment(segment, None, plane, Members.of(numbers), NO_OVERRIDES, None, 0)

    def _truth(
        self,
        segment: LiveSegment,
        program: Program | None,
        candidates: Sequence[Numbers] | None,
        rules: Overrides,
    ) -> tuple[Places, Bools]:
        """The members that may have moved, and whether each is one now."""
        alive = self._alive(segment)
        if candidates is None:
            places = Places.of(np.arange(len(alive), dtype=np.uint32))
        else:
            places = Places.of(united(candidates))
        numbers = places.numbers
        if program is None:
            holds = np.isin(numbers, memberships.static_members(self.change.connection, segment.id))
        else:
            truths = self._truths(program, places, whole=candidates is None)
            holds = program.evaluate(truths, len(places))
        if rules.some:
            holds = (holds | np.isin(numbers, rules.always)) & ~np.isin(numbers, rules.never)
        return places, holds & alive[numbers]

    def _alive(self, segment: LiveSegment) -> Bools:
        return self.index.entity(entity_of_number(self.change.catalog, segment.audience)).alive

    def _truths(self, program: Program, places: Places, *, whole: bool) -> dict[str, Bools]:
        planes = {key: self._leaves[key].plane for key in program.leaves}
        if whole:
            return {key: plane.whole(len(places)) for key, plane in planes.items()}
        return {key: plane.at(places) for key, plane in planes.items()}

    def _candidates(
        self, segment: LiveSegment, program: Program | None, kept: KeptSegment, ruled: Numbers
    ) -> list[Numbers] | None:
        """The members whose membership may have changed, first those of overrides; None: everyone."""
        if segment.id not in self.before.segments or kept.failed is not None:
            return None
        always_asked = [ruled, self._created(segment), self._gone(segment)]
        if program is None:
            touches = self.change.touches
            return [*always_asked, touches.numbers(touches.static, segment.id)]
        if kept.program is not program and kept.program != program:
            return None
        turned = self._asking.turned
        return [*always_asked, *(turned[key] for key in program.leaves if key in turned)]

    def _move(self, segment: LiveSegment, program: Program | None, numbers: Numbers, entered: Bools) -> Moved:
        cause = self._causes.get(segment.id, self._cause)
        by_clock = np.full(len(numbers), cause == "clock")
        if cause == "data" and program is not None and len(numbers) and self._touching.passes_time:
            turned = [leaf for key, leaf in program.leaves.items() if key in self._asking.turned]
            data = [self._touching.data(leaf) for leaf in turned]
            known = {id(one): one for one in data if one is not None}
            if data and all(one is not None for one in data):
                written = united([*known.values(), self._created(segment), self._gone(segment)])
                by_clock = ~among(numbers, written)
        return Moved(segment.id, numbers, entered, by_clock, cause)

    def _inherit_cause(self, segment: LiveSegment) -> None:
        inherited = [self._causes[number] for number in sorted(segment.depends_on) if number in self._causes]
        if inherited:
            self._causes.setdefault(segment.id, inherited[0])

    def _overrides(self, segment: LiveSegment, kept: KeptSegment) -> tuple[Overrides, Numbers]:
        """The segment's overrides, and for whom they changed."""
        touches = self.change.touches
        if segment.id in self.before.segments and segment.id not in touches.overrides:
            keys_moved = touches.created.get(segment.audience) or touches.gone.get(segment.audience)
            if not (kept.overrides.some and keys_moved):
                return kept.overrides, NOBODY
        found = read_overrides(self.change.connection, self.change.catalog, segment)
        was = kept.overrides
        return found, united([np.setxor1d(found.always, was.always), np.setxor1d(found.never, was.never)])

    def _created(self, segment: LiveSegment) -> Numbers:
        touches = self.change.touches
        return touches.numbers(touches.created, segment.audience)

    def _gone(self, segment: LiveSegment) -> Numbers:
        touches = self.change.touches
        return touches.numbers(touches.gone, segment.audience)

    def _save_snapshots(self) -> None:
        """Save the members of segments whose changes since the last snapshot outgrow them."""
        outgrown = [
            (number, kept)
            for number in self._moved
            if (kept := self._segments[number]).unsaved > max(SNAPSHOT_CHANGES_MIN, len(kept.members))
        ]
        for number, kept in outgrown[:SNAPSHOTS_MAX]:
            memberships.snapshot(self.change, number, kept.members.numbers())
            self._segments[number] = replace(kept, unsaved=0)


def _kept(before: Standing, plan: Plan) -> dict[str, KeptLeaf]:
    """The leaves that go on, as they stood, bound to the plan's catalog."""
    if plan is before.plan:
        return dict(before.leaves)
    return {
        key: KeptLeaf(leaf, before.leaves[key].plane)
        for key, leaf in plan.leaves.items()
        if key in before.leaves
    }
