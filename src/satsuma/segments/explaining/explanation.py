"""Explanation: why a record is in a segment, or why not, as a value: a tree that follows the definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from satsuma.kernel.instants import format_instant
from satsuma.segments.explaining.evidence import Evidence, evidence_json
from satsuma.segments.explaining.telling import told
from satsuma.segments.explaining.turning import Known, Turn


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition, as it stands for one record.

    Attributes:
        text: In text form.
        english: What it asks, in plain English; of `all`, `any` and `not`, without what stands inside.
        holds: Whether it is true now.
        evidence: What makes it so; None of `all`, `any` and `not`.
        since: From when on it has been so, microseconds UTC; None for as long as the record exists, and where
            `turned.known` is `unknown`.
        until: When time alone will change it next, microseconds UTC; None where `turns.known` says so.
        turned, turns: What is known of these changes, and why not more.
        cut: Why it was judged by the whole record rather than by the evidence shown, or None.
        inside: Of `all`, `any` and `not` the conditions that they join; of `held`, what is held.
    """

    text: str
    english: str
    holds: bool
    evidence: Evidence | None
    turned: Turn
    turns: Turn
    cut: str | None
    inside: tuple[Explained, ...]

    @property
    def since(self) -> int | None:
        """From when on it has been so."""
        return self.turned.at

    @property
    def until(self) -> int | None:
        """When time alone will change it next."""
        return self.turns.at

    def walk(self) -> Iterator[Explained]:
        """This condition and all inside it, in the order in which they are written."""
        yield self
        for one in self.inside:
            yield from one.walk()

    def to_json(self) -> dict[str, object]:
        """As JSON."""
        return {
            "text": self.text,
            "english": self.english,
            "holds": self.holds,
            "evidence": None if self.evidence is None else evidence_json(self.evidence),
            "since": _instant(self.since),
            "since_known": self.turned.known.value,
            "since_reason": self.turned.reason,
            "until": _instant(self.until),
            "until_known": self.turns.known.value,
            "until_reason": self.turns.reason,
            "cut": self.cut,
            "inside": [one.to_json() for one in self.inside],
        }


@dataclass(frozen=True, slots=True)
class Override:
    """That the record is `always` or `never` in the segment: since when, and by whose word."""

    rule: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a record is in a segment, or why not, at one version.

    Attributes:
        key: Of the record; where another was asked for that has been merged into it, the kept one.
        status: Of the segment.
        version, now: Of the data; `now` in microseconds UTC.
        timezone: In which the definition's dates and times are read.
        holds: Whether the definition holds; of a static segment, whether the record was put into it.
        member: Whether it is a member, overrides counted; None for a draft, which has no members.
        since: Since when it has been a member, or has not been one any more; None where it never was one.
        override: The override that counts, if there is one.
        exists_since: Since when the record exists, microseconds UTC.
        horizon: Up to when changes to come were looked for, microseconds UTC.
        condition: The definition; None of a static segment.
    """

    key: str
    segment: str
    status: str
    version: int
    now: int
    timezone: str
    holds: bool
    member: bool | None
    since: int | None
    override: Override | None
    exists_since: int
    horizon: int
    condition: Explained | None

    @property
    def until(self) -> int | None:
        """When time alone will change next whether the definition holds for it; None with an override."""
        return None if self.override is not None or self.condition is None else self.condition.until

    def to_json(self) -> dict[str, object]:
        """As JSON; instants as text in UTC."""
        override = self.override
        return {
            "key": self.key,
            "segment": self.segment,
            "status": self.status,
            "version": self.version,
            "now": format_instant(self.now),
            "timezone": self.timezone,
            "holds": self.holds,
            "member": self.member,
            "since": _instant(self.since),
            "until": _instant(self.until),
            "override": None
            if override is None
            else {"rule": override.rule, "at": format_instant(override.at), "by": override.by},
            "exists_since": format_instant(self.exists_since),
            "horizon": format_instant(self.horizon),
            "condition": None if self.condition is None else self.condition.to_json(),
        }

    def __str__(self) -> str:
        """As a tree of lines for people."""
        return told(self)


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


__all__ = ["Explained", "Explanation", "Known", "Override"]
