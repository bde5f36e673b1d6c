"""What is sent and taken about segments."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from satsuma.api.forms import Given, ProblemPlace, Where, instant, instant_or_none
from satsuma.evaluation.definition import Definition as HeldDefinition
from satsuma.insights.overview import Overview
from satsuma.kernel.errors import InvariantError
from satsuma.language.wire import dumps, to_json
from satsuma.segments.gate import Status
from satsuma.segments.segment import Segment as Held

Kind = Literal["dynamic", "static", "compound"]


class SegmentSummary(BaseModel):
    """A segment as lists show it."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["VIP"])
    kind: Kind
    basis: str | None = Field(
        description="What it reads: `profile`, `interactions`, `both`, `segments`, or `members`.",
        examples=["interactions"],
    )
    audience: str = Field(examples=["contact"])
    status: Status
    reason: str | None = Field(description="Why it has failed, or is a draft again.", examples=[None])
    size: int | None = Field(description="Members at the last version; null for drafts.", examples=[1204])
    change: int | None = Field(description="Members now, less those seven days ago.", examples=[-12])
    trend: list[int] = Field(
        description="Sizes on the last eight days, oldest first.", examples=[[1216, 1204]]
    )
    created_at: str = Field(examples=["2026-01-01T00:00:00Z"])
    changed_at: str = Field(examples=["2026-01-02T08:30:00Z"])
    owner: str | None = Field(examples=["ada@example.com"])
    description: str | None = None
    tags: list[str] = Field(examples=[["shop"]])
    folder: str | None = None
    used_by: int = Field(description="How many things use it.", examples=[0])
    has_draft: bool = Field(description="Whether a draft waits beside what is live.")


class Definition(BaseModel):
    """A definition in its three forms."""

    where: dict[str, Any] = Field(description="Its JSON form.", examples=[{"did": "purchase"}])
    text: str = Field(examples=["did purchase"])
    english: str = Field(examples=["Contacts who made a purchase"])


class Tests(BaseModel):
    """Keys that must be in the segment, and out of it, before it goes live."""

    members: list[str]
    others: list[str]


class Segment(SegmentSummary):
    """A segment with its definition."""

    timezone: str | None = Field(description="In which its dates are read; null: the workspace's.")
    starts_at: str | None = None
    ends_at: str | None = None
    definition: Definition | None = Field(description="What is live; null for drafts and static segments.")
    draft: Definition | None = Field(description="What is not live yet.")
    tests: Tests
    version: int = Field(description="Of the data.")


class SegmentCreate(Given):
    """A new draft."""

    name: str = Field(min_length=1, max_length=120, examples=["VIP"])
    kind: Kind | None = Field(default=None, description="Default: `dynamic` where there is a condition.")
    where: Where | None = None
    audience: str | None = Field(default=None, max_length=120, examples=["contact"])
    timezone: str | None = Field(default=None, max_length=64)
    description: str | None = Field(default=None, max_length=4_000)
    tags: list[str] = Field(default_factory=list, max_length=50)
    folder: str | None = Field(default=None, max_length=120)


class SegmentChange(Given):
    """What shall change; the rest stays. A new `where` is a draft beside what is live."""

    name: str = Field(default="", min_length=1, max_length=120, examples=["VIP 2026"])
    where: Where = ""
    description: str | None = Field(default=None, max_length=4_000)
    tags: list[str] = Field(default_factory=list, max_length=50)
    folder: str | None = Field(default=None, max_length=120)
    owner: str | None = Field(default=None, max_length=120)
    starts_at: str | None = Field(default=None, max_length=40, examples=["2026-03-01T00:00:00Z"])
    ends_at: str | None = Field(default=None, max_length=40)


class Named(Given):
    """A name for what is made."""

    name: str = Field(min_length=1, max_length=120, examples=["VIP copy"])


class Snapshot(Named):
    """A static segment of the members now, or as they were."""

    version: int | None = Field(default=None, ge=0)
    at: str | None = Field(default=None, max_length=40, examples=["2026-01-15T00:00:00Z"])


class Restore(Given):
    """The edition to make the draft again."""

    edition: int = Field(ge=1)


class Keys(Given):
    """Keys of records."""

    keys: list[str] = Field(max_length=100_000, examples=[["c-1", "c-2"]])


class WhereGiven(Given):
    """A definition."""

    where: Where


class Overriding(Keys):
    """Keys, and the rule for them; `none` takes rules back."""

    rule: Literal["always", "never", "none"]


class Override(BaseModel):
    """That a key is always, or never, in a segment: since when, and by whose word."""

    key: str
    rule: str
    at: str
    by: str


class Picked(BaseModel):
    """What became of keys."""

    changed: int
    unchanged: int
    unknown: list[str] = Field(description="Keys that no record has.")


class GoLive(Given):
    """How to go live."""

    despite_tests: bool = Field(default=False, description="Although tests of the segment fail.")


class GoLiveTogether(GoLive):
    """Which segments go live together, in one version; they may refer to each other."""

    ids: list[int] = Field(min_length=1, max_length=500)


class Checked(BaseModel):
    """Everything that is wrong with a definition."""

    problems: list[ProblemPlace]


class Narrowing(BaseModel):
    """One condition of an `all` at the top: how many meet it alone, and together with all before it."""

    condition: str = Field(examples=["did purchase"])
    alone: int
    together: int


class WithoutValue(BaseModel):
    """How many of the audience have no value of an attribute."""

    attribute: str
    count: int


class Estimate(BaseModel):
    """What a definition gives on the last version, exactly."""

    count: int
    audience_size: int
    sample: list[str] = Field(description="Keys of some members.")
    narrowings: list[Narrowing]
    without_value: list[WithoutValue]
    version: int
    at: str


class PreviewAsked(Given):
    """A definition that is not stored."""

    where: Where
    audience: str | None = Field(default=None, max_length=120)
    timezone: str | None = Field(default=None, max_length=64)
    kind: Kind | None = None
    segment_id: int | None = Field(
        default=None, ge=0, description="The segment that it is for, if there is one."
    )


class Preview(BaseModel):
    """What a definition would give, or what is wrong with it."""

    count: int | None = Field(description="Null where it has errors.")
    audience_size: int | None
    sample: list[str]
    narrowings: list[Narrowing]
    without_value: list[WithoutValue]
    problems: list[ProblemPlace]
    where: dict[str, Any] | None = Field(description="Its JSON form; null where it cannot be read.")
    text: str | None
    english: str | None
    version: int


class Member(BaseModel):
    """A member with the columns that were asked for."""

    key: str
    values: dict[str, Any]


class Change(BaseModel):
    """Somebody entered or left."""

    version: int
    at: str
    key: str | None = Field(description="Null once the record is gone.")
    change: Literal["entered", "left"]
    cause: str = Field(description="`data`, `clock`, `definition`, `override`, ...", examples=["clock"])


class Some(BaseModel):
    """How many, and some of them."""

    count: int
    sample: list[str]


class CompareAsked(Given):
    """A definition; without one the draft is compared."""

    where: Where | None = None


class Comparison(BaseModel):
    """Who would enter, leave and stay if it went live now."""

    enter: Some
    leave: Some
    stay: Some
    version: int


class NamedThing(BaseModel):
    """Something that uses, or is used."""

    kind: str = Field(examples=["segment"])
    name: str = Field(examples=["VIP"])
    id: int | None = Field(default=None, description="Of segments.")


class Related(BaseModel):
    """What uses a segment, and what it uses."""

    used_by: list[NamedThing]
    uses: list[NamedThing]


class Edition(BaseModel):
    """A version of a definition."""

    number: int
    at: str
    version: int
    actor: str
    text: str
    status: str | None = Field(description="`live`, `draft`, or null where it is neither any more.")
    difference: list[str] = Field(
        description="Against the edition before: lines that begin with -, + or a space."
    )


def summary_fields(found: Overview) -> dict[str, Any]:
    """The fields of a summary."""
    row = found.row
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "basis": found.basis,
        "audience": found.audience,
        "status": row.status,
        "reason": row.reason,
        "size": found.size,
        "change": found.change,
        "trend": list(found.trend),
        "created_at": instant(row.created_at),
        "changed_at": instant(row.changed_at),
        "owner": row.owner,
        "description": row.description,
        "tags": list(found.tags),
        "folder": row.folder,
        "used_by": found.used_by,
        "has_draft": row.draft_id is not None and row.definition_id is not None,
    }


def segment_told(found: Overview, held: Held, version: int) -> Segment:
    """A segment as it is sent."""
    row = found.row
    live = None if row.definition_id is None else definition_told(held.definition)
    return Segment(
        **summary_fields(found),
        timezone=row.timezone,
        starts_at=instant_or_none(row.starts_at),
        ends_at=instant_or_none(row.ends_at),
        definition=live,
        draft=definition_told(held.draft),
        tests=Tests(members=list(found.tests_in), others=list(found.tests_out)),
        version=version,
    )


def definition_told(found: HeldDefinition | None) -> Definition | None:
    """A definition in its three forms."""
    if found is None or found.where is None:
        return None
    return Definition(where=condition_json(found), text=found.to_text(), english=found.to_english())


def condition_json(found: HeldDefinition) -> dict[str, Any]:
    """The JSON form of the condition alone; numbers as JSON has them."""
    if found.where is None:
        raise InvariantError("a definition without a condition was to be told")
    plain: dict[str, Any] = json.loads(dumps(to_json(found.where)))
    return plain
