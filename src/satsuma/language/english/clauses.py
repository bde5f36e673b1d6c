"""Clauses: every form of condition as a relative clause, positive or negative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.catalog.paths import Resolved, records, resolve
from satsuma.kernel.windows import Last, Window, bounds
from satsuma.kernel.zones import Zone
from satsuma.language import tree
from satsuma.language.english import comparisons, measures
from satsuma.language.english.messages import message
from satsuma.language.english.nouns import Deed, deed_of, path_words, plural, singular
from satsuma.language.english.values import (
    duration_words,
    listed,
    moment_words,
    number_words,
    quantity_words,
    window_words,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says conditions about one kind of record.

    Attributes:
        is_person: Whether it is "who" or "that".
        owner: Whose attributes the conditions read; None where the catalog is not known, or does not tell.
        now, zone: For the dates on which rolling windows begin; None leaves them out.
    """

    is_person: bool
    catalog: Catalog | None = None
    owner: Entity | InteractionType | None = None
    now: int | None = None
    zone: Zone | None = None

    # Joining

    def whole(self, node: tree.Condition) -> str:
        """A condition at the top of a sentence: the last of several may be a group without parentheses."""
        match node:
            case tree.All((_, _, *_)) | tree.AnyOf((_, _, *_)):
                return self.joined(node, open_end=True)
            case _:
                return self.clause(node)

    def joined(self, node: tree.All | tree.AnyOf, *, open_end: bool = False) -> str:
        """The conditions of a group, without parentheses around them."""
        word = "and" if isinstance(node, tree.All) else "or"
        *before, last = node.conditions
        parts = [self.inner(part) for part in before]
        if open_end and isinstance(last, tree.All | tree.AnyOf) and len(last.conditions) == 2:
            key = "join.both" if isinstance(last, tree.All) else "join.either"
            return listed([*parts, message(key, inner=self.joined(last))], word=word)
        return listed([*parts, self.inner(last)], word=word)

    def inner(self, node: tree.Condition) -> str:
        """A condition inside another; groups in parentheses."""
        match node:
            case tree.All((_, _, *_)) | tree.AnyOf((_, _, *_)):
                return message("group", inner=self.joined(node))
            case _:
                return self.clause(node)

    def clause(self, node: tree.Condition, *, negated: bool = False) -> str:
        """A condition as a relative clause, or its opposite."""
        no = ".not" if negated else ""
        match node:
            case tree.All(()) | tree.AnyOf(()):
                everyone = isinstance(node, tree.All) is not negated
                return self.who(message("clause.everyone" if everyone else "clause.nobody"))
            case tree.All((single,)) | tree.AnyOf((single,)):
                return self.clause(single, negated=negated)
            case tree.Not(inner) if not negated:
                return self.clause(inner, negated=True)
            case tree.Compare():
                return comparisons.compare(self, node, negated=negated)
            case tree.InSegment(ref):
                return self.who(message(f"clause.segment{no}", name=_ref(ref)))
            case tree.InList(ref):
                return self.who(message(f"clause.list{no}", name=_ref(ref)))
            case tree.Crossed(direction, ref, during):
                key = f"clause.{direction}{no}"
                return self.who(message(key, name=_ref(ref), window=self.window(during)))
            case tree.Consent(topic, state):
                shown = message("value.text", text=topic)
                key = f"clause.consent{no}"
                return self.whose(message(key, topic=shown, state=message(f"consent.{state}")))
            case tree.Sample(percent, start, salt):
                key = f"clause.sample{'.from' if start else ''}{no}"
                shares = {"percent": number_words(percent), "start": number_words(start)}
                return self.who(message(key, salt=message("value.text", text=salt), **shares))
            case tree.Top():
                return self.who(self.top(node, no))
            case tree.Did():
                return self.did(node, negated=negated)
            case tree.Related():
                return self.related(node, negated=negated)
            case _ if negated:
                return self.who(message("clause.not", clause=self.inner(node)))
            case tree.Occurrence():
                return self.occurrence(node)
            case tree.Sequence():
                return self.sequence(node)
            case tree.Held(inner, op, duration):
                key = "clause.held.at_least" if op == ">=" else "clause.held.less"
                return self.who(message(key, duration=duration_words(duration), clause=self.inner(inner)))
            case tree.All() | tree.AnyOf():
                return message("group", inner=self.joined(node))
            case tree.Not():
                return self.who(message("clause.not", clause=self.inner(node.condition)))
            case _:
                assert_never(node)

    def who(self, rest: str) -> str:
        """A clause about the subject itself: `who ...`, of things `that ...`."""
        return message("who.person" if self.is_person else "who.thing", rest=rest)

    def whose(self, rest: str) -> str:
        """A clause about something of the subject: `whose ...`."""
        return message("clause.whose", rest=rest)

    # What else is spoken of

    def window(self, window: Window | None) -> str:
        """A window with a blank before it, and the date on which a rolling one begins."""
        return "" if window is None else f" {self.when(window)}"

    def when(self, window: Window) -> str:
        """A window, and the date on which a rolling one begins."""
        said = window_words(window)
        if self.now is None or self.zone is None or not isinstance(window, Last):
            return said
        low = bounds(window, self.now, self.zone).low
        if low is None:
            return said
        begins = moment_words(self.zone.local_date(low).isoformat())
        return message("window.since", phrase=said, date=begins)

    def value_type(self, path: str) -> ValueType | None:
        """The type of an attribute, where the catalog is known and has it."""
        if self.catalog is None or self.owner is None:
            return None
        found = resolve(self.catalog, self.owner, path)
        leaf = found.leaf if isinstance(found, Resolved) else None
        return leaf.type if isinstance(leaf, Attribute) else None

    def of_interactions(self, types: tree.Types) -> Speaker:
        """The speaker about interactions of some types."""
        known = None if self.catalog is None else self.catalog.interactions.get(types.names[0])
        return replace(self, is_person=False, owner=known if len(types.names) == 1 else None)

    def of_records(self, path: str) -> Speaker:
        """The speaker about related records."""
        owner = None
        if self.catalog is not None and self.owner is not None:
            hops = records(self.catalog, self.owner, path)
            owner = hops[-1].target if isinstance(hops, tuple) else None
        return replace(self, is_person=False, owner=owner)

    def details(self, types: tree.Types, where: tree.Condition | None) -> str:
        """What the interactions that are meant have in common, in parentheses."""
        if where is None:
            return ""
        key = "details.several" if len(types.names) > 1 else "details"
        speaker = self.of_interactions(types)
        match where:
            case tree.All((_, _, *_)) | tree.AnyOf((_, _, *_)):
                return message(key, inner=speaker.joined(where))
            case _:
                return message(key, inner=speaker.clause(where))

    # Interactions

    def did(self, node: tree.Did, *, negated: bool) -> str:
        """What somebody did, how often and when; or a measure of it."""
        rhythm = measures.rhythm(node)
        if rhythm is None:
            noun = measures.noun(self, node.measure, node.types, node.where, node.during)
            if node.of is not None:
                noun = message("measure.by", measure=noun, path=path_words(node.of))
            timed = isinstance(node.measure, tree.FirstTime | tree.LatestTime)
            return self.whose(comparisons.test(self, noun, node.test, negated=negated, timed=timed))
        deeds = [deed_of(name) for name in node.types.names]
        verbs = listed([deed.base if negated else deed.past for deed in deeds])
        key = "deed.did.not" if negated else "deed.did"
        full = message(
            "deed.full",
            deed=message(key, past=verbs, base=verbs),
            details=self.details(node.types, node.where),
            rhythm=rhythm,
            window=self.window(node.during),
        )
        if node.of is None:
            return self.who(full)
        return self.whose(message("clause.together", path=path_words(node.of), deed=full))

    def occurrence(self, node: tree.Occurrence) -> str:
        """What the first or the latest interaction is like."""
        speaker = self.of_interactions(node.types)
        things = listed([deed_of(name).thing for name in node.types.names])
        about = self.details(node.types, node.where) + self.window(node.during)
        which = message(f"occurrence.{node.which}", thing=things, details=about)
        return self.whose(message("clause.occurrence", which=which, clause=speaker.inner(node.has)))

    def sequence(self, node: tree.Sequence) -> str:
        """Steps one after the other."""
        parts = [self.step(step) for step in node.steps]
        if node.absence is not None:
            base = listed([deed.base for deed in _deeds(node.absence.types)])
            parts.append(
                message(
                    "sequence.absence" if parts else "sequence.never",
                    base=base,
                    details=self.details(node.absence.types, node.absence.where),
                    duration=duration_words(node.absence.within),
                )
            )
        first, *rest = parts
        told = [first, *(part if part == parts[-1] and node.absence else _then(part) for part in rest)]
        said = listed(told, word="and")
        if node.same:
            said += message("sequence.same", names=listed(map(path_words, node.same), word="and"))
        if node.during is not None:
            said += message("sequence.window", window=self.when(node.during))
        return self.who(said)

    def step(self, step: tree.Step) -> str:
        """One step."""
        blocker = step.blocker
        without = ""
        if blocker is not None:
            thing = listed([deed.thing for deed in _deeds(blocker.types)])
            without = message(
                "sequence.without", thing=thing, details=self.details(blocker.types, blocker.where)
            )
        within = (
            "" if step.within is None else message("sequence.within", duration=duration_words(step.within))
        )
        return message(
            "sequence.step",
            deed=listed([deed.past for deed in _deeds(step.types)]),
            details=self.details(step.types, step.where),
            within=within,
            without=without,
        )

    # Other records

    def related(self, node: tree.Related, *, negated: bool) -> str:
        """How many related records there are, or a measure over them."""
        speaker = self.of_records(node.path)
        about = (
            ""
            if node.where == tree.EVERYONE
            else message("details", inner=speaker.within_details(node.where))
        )
        many = path_words(node.path)
        quantity = quantity_words(node.test) if isinstance(node.measure, tree.Count) else None
        if quantity is None:
            noun = measures.over(speaker, node.measure, singular(many) + about, many + about)
            timed = isinstance(node.measure, tree.FirstTime | tree.LatestTime)
            return self.whose(comparisons.test(self, noun, node.test, negated=negated, timed=timed))
        default = node.test == tree.AT_LEAST_ONE
        if negated and default:
            return self.who(message("clause.related.not", things=many + about))
        if negated:
            return self.who(message("clause.not", clause=self.related(node, negated=False)))
        if default:
            some = message("clause.related.some", things=many)
            return self.who(message("clause.related", things=some + about))
        match node.test.value:
            case tree.Literal(1):
                things = singular(many)
            case _:
                things = plural(singular(many))
        return self.who(message("clause.related", things=f"{quantity} {things}{about}"))

    def within_details(self, where: tree.Condition) -> str:
        """A condition that stands in parentheses already."""
        match where:
            case tree.All((_, _, *_)) | tree.AnyOf((_, _, *_)):
                return self.joined(where)
            case _:
                return self.clause(where)

    def top(self, node: tree.Top, no: str) -> str:
        """A place in an order."""
        if node.percent is not None:
            size = message("size.percent", n=number_words(node.percent))
        else:
            size = message("size.count", n=number_words(node.count or 0))
        if node.measure is None:
            by = message("measure.attribute", attribute=path_words(node.attribute or ""))
        else:
            by = measures.noun(self, node.measure, node.types or tree.Types(("*",)), node.where, node.during)
        among = "" if node.among is None else self.inner(node.among)
        key = f"clause.{'lowest' if node.lowest else 'top'}{'.among' if among else ''}{no}"
        return message(key, size=size, measure=by, among=among)


def _deeds(types: tree.Types) -> list[Deed]:
    return [deed_of(name) for name in types.names]


def _then(step: str) -> str:
    return message("sequence.then", step=step)


def _ref(ref: tree.Ref) -> str:
    if isinstance(ref, tree.RefId):
        return message("clause.numbered", id=ref.id)
    return message("value.text", text=ref)
