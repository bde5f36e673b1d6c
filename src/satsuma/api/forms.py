"""Forms shared by several resources: base models, names in addresses, instants, problems of definitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from satsuma.kernel.instants import format_instant
from satsuma.language.problems import Problem as DefinitionProblem

SLASH = "\x00"
"""Stands for a slash that was written as %2F in an address, so that names and keys may have slashes."""


class Given(BaseModel):
    """A body: what it has that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


def _with_slashes(text: str) -> str:
    return text.replace(SLASH, "/")


KeyInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=512,
        description="The key of a record; a slash in it as %2F.",
        examples=["c-1"],
    ),
    AfterValidator(_with_slashes),
]
NameInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=120,
        description="A name of the catalog; a slash in it as %2F.",
        examples=["city"],
    ),
    AfterValidator(_with_slashes),
]
EntityInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=120,
        description="Name of an entity; a slash in it as %2F.",
        examples=["contact"],
    ),
    AfterValidator(_with_slashes),
]
IdInPath = Annotated[int, Path(ge=0, le=2**32 - 1, description="Its id.", examples=[1])]

Where = Annotated[
    str | dict[str, Any],
    Field(
        description="A definition: text, or its JSON form.",
        examples=["did purchase at least 3 times in the last 90 days"],
    ),
]


class ProblemPlace(BaseModel):
    """Something that is wrong, or looks wrong, in a definition."""

    severity: str = Field(description="`error` or `warning`.", examples=["error"])
    code: str = Field(description="Stable, for programs.", examples=["name.attribute"])
    path: str = Field(description="Where in the JSON form.", examples=["where.all[1].attribute"])
    message: str = Field(examples=["no attribute 'citty' on contact"])
    hint: str | None = Field(default=None, examples=["did you mean 'city'?"])
    line: int | None = Field(default=None, description="Where in the text form, from 1.")
    column: int | None = None


def problems_told(problems: Iterable[DefinitionProblem]) -> list[ProblemPlace]:
    """Problems of a definition as they are sent."""
    return [
        ProblemPlace(
            severity=one.severity.value,
            code=one.code,
            path=one.path,
            message=one.message,
            hint=one.hint or None,
            line=one.line,
            column=one.column,
        )
        for one in problems
    ]


def instant(at: int) -> str:
    """An instant (microseconds UTC) as it is sent."""
    return format_instant(at)


def instant_or_none(at: int | None) -> str | None:
    """An instant, if there is one."""
    return None if at is None else format_instant(at)
