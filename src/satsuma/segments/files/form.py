"""What a file says about a segment, and problems with their place in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from satsuma.language import tree
from satsuma.language.problems import Problem, Severity

Place = Callable[[str], tuple[int, int]]
"""Line and column, from 1, of a path of the JSON form, such as `where.all[1]`, `tests.in[0]` or `tags`."""


@dataclass(frozen=True, slots=True)
class FileProblem(Problem):
    """A problem of a file.

    Attributes:
        file: Its path from the folder; empty where no file says it.
    """

    file: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.message}{hint} [{self.code}]"

    def to_json(self) -> dict[str, object]:
        """The problem as plain data, with its file."""
        # Not super(): a dataclass with slots is another class than the one the compiler knows here.
        return {"file": self.file, **Problem.to_json(self)}


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """One file, read.

    Attributes:
        path: From the folder, with forward slashes.
        source: Name, kind, audience, time zone, condition and tests. The name is always there.
        description, tags: None and empty where the file has none.
        members: Keys of a static segment; None leaves its members as they are.
        is_draft: Whether the segment shall be a draft, not live.
        place: Where in the file something stands.
        is_readable: Whether all of it could be read; if not, it stands only for its name.
    """

    path: str
    source: tree.Source
    description: str | None
    tags: tuple[str, ...]
    members: tuple[str, ...] | None
    is_draft: bool
    place: Place
    is_readable: bool = True

    @property
    def name(self) -> str:
        """The segment's name."""
        return self.source.name or ""

    def problem(self, code: str, path: str, message: str, hint: str = "") -> FileProblem:
        """A problem at a path of this file."""
        line, column = self.place(path)
        return FileProblem(code, path, message, hint, line=line, column=column, file=self.path)

    def placed(self, problem: Problem) -> FileProblem:
        """A problem that the checker found, with its place in this file."""
        found = self.problem(problem.code, problem.path, problem.message, problem.hint)
        return replace(found, severity=problem.severity)


@dataclass(slots=True)
class Notes:
    """Problems of one file, as they are found."""

    file: str
    found: list[FileProblem] = field(default_factory=list)

    def add(self, code: str, message: str, line: int = 1, column: int = 1, hint: str = "") -> None:
        """Notes a problem at a place, from 1."""
        self.found.append(FileProblem(code, "", message, hint, line=line, column=column, file=self.file))

    def take(self, problems: Iterable[object], place: Place | None = None) -> None:
        """Notes what reading a definition refused; `place` where the problems have none of their own."""
        for problem in problems:
            if not isinstance(problem, Problem) or problem.severity is not Severity.ERROR:
                continue
            own = (problem.line or 1, problem.column or 1)
            line, column = own if place is None else place(problem.path)
            self.found.append(
                FileProblem(
                    problem.code,
                    problem.path,
                    problem.message,
                    problem.hint,
                    line=line,
                    column=column,
                    file=self.file,
                )
            )
