"""Planning: which files an import takes, from which row on, and whether it goes on with one that stopped."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import ConflictError, DataError, NotFoundError, UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.sync.formats import format_of
from satsuma.sync.formats.base import FileFormat, Reader, ReadOptions, Start
from satsuma.sync.formats.streams import Surveyed, is_gzip, survey
from satsuma.sync.ledger import FileEntry, Import, State
from satsuma.sync.mapping import ColumnMap, Target, check_columns, mapping_of
from satsuma.sync.options import ImportOptions

_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that an import will look at.

    Attributes:
        entry: As the ledger will have it.
        state: `new`, or `grown` where only what was added is read.
        is_typed: Whether its values come with a type.
        changed_ns: When it was last changed, as the file system told before it was looked at.
    """

    entry: FileEntry
    state: str
    reader: Reader
    is_typed: bool
    changed_ns: int

    @property
    def start(self) -> Start:
        """Where what is new begins."""
        return Start(self.entry.start_byte, self.entry.start_row)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will do.

    Attributes:
        files: Those that are read, in order.
        unchanged: Files of which everything was taken before, with the import that did.
        resumes: The interrupted import that this goes on with.
    """

    target: Target
    options: ImportOptions
    mapping: ColumnMap
    files: tuple[PlannedFile, ...]
    unchanged: tuple[tuple[str, int], ...] = ()
    resumes: Import | None = None

    @property
    def total_bytes(self) -> int:
        """Bytes of the files that are read."""
        return sum(file.entry.size_bytes for file in self.files)


def expand(patterns: Iterable[str | Path]) -> list[Path]:
    """The files that names and patterns stand for: absolute, sorted, each once.

    Raises:
        NotFoundError: A name or pattern stands for no file.
        UsageError: It is a directory, or nothing is named.
    """
    found: set[Path] = set()
    for pattern in patterns:
        path = Path(pattern).expanduser()
        if path.exists() or not _WILD & set(str(pattern)):
            matches = [path]
        else:
            names = glob.glob(str(path), recursive=True)  # noqa: PTH207  (patterns may be absolute)
            matches = [match for match in map(Path, names) if not match.is_dir()]
        if not matches:
            raise NotFoundError(
                f"no file fits {str(pattern)!r}", code="not_found.file", hint="check the pattern"
            )
        for match in matches:
            _check_file(match)
            found.add(match.resolve())
    if not found:
        raise UsageError("no files are named, expected at least one", code="usage.files")
    return sorted(found)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError(
            f"{path} is a directory, expected a file",
            code="usage.directory",
            hint=f"name the files in it, such as {path / '*.csv'}",
        )
    if not path.exists():
        near = sorted(one.name for one in path.parent.glob("*")) if path.parent.is_dir() else []
        raise NotFoundError(
            f"no file {path}", code="not_found.file", hint=_near(path.name, near) or "check the name"
        )
    if not path.is_file():
        raise UsageError(f"{path} is no regular file", code="usage.file", hint="write it to a file first")


def _near(name: str, names: Sequence[str]) -> str:
    return did_you_mean(name, names)


def plan(
    patterns: Iterable[str | Path],
    target: Target,
    options: ImportOptions,
    *,
    catalog: Catalog,
    imports: Sequence[Import],
) -> Plan:
    """What an import of these files will do; reads each of them once, to know it again, and writes nothing.

    Args:
        patterns: Names of files, and patterns such as `*.csv`.
        target: What the rows become.
        options: How.
        catalog: What is known so far.
        imports: Those before.

    Raises:
        DataError: A file cannot be read, or not as what it should be.
        ConflictError: A file was imported before, and has changed since.
        NotFoundError, UsageError: There is no such file; options do not fit.
    """
    mapping = mapping_of(target, options, catalog)
    reading = mapping.reading(catalog)
    before = [one for one in imports if one.kind == target.kind and one.target == target.text]
    files, unchanged, stopped = [], [], dict[int, Import]()
    for path in expand(patterns):
        history = [
            one
            for one in before
            if one.state is not State.UNDONE and any(file.path == str(path) for file in one.files)
        ]
        for one in history:
            if one.state in (State.RUNNING, State.FAILED):
                stopped[one.id] = one
        known = None if options.again else _known(str(path), history)
        generation = _generation(str(path), before)
        planned, done_by = _file(path, options, reading, known, generation=generation)
        if done_by is not None:
            unchanged.append((str(path), done_by))
        if planned is not None:
            check_columns(
                mapping, planned.reader.columns, str(path), complete=planned.entry.format != "jsonl"
            )
            files.append(planned)
    if stopped:
        return _resumed(target, options, mapping, {str(path) for path in expand(patterns)}, stopped, catalog)
    return Plan(target, options, mapping, tuple(files), tuple(unchanged))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the imports before took of a file: the last one's entry, and the row after the last it read."""

    by: Import
    entry: FileEntry
    end_row: int


def _known(path: str, history: Sequence[Import]) -> _Known | None:
    """What is known of a file, if all of it up to some row was taken and not undone."""
    entries = []
    for one in history:
        for place, entry in enumerate(one.files):
            if entry.path == path and one.state is State.DONE:
                entries.append(_Known(one, entry, one.position.ends[place]))
    if not entries:
        return None
    latest = entries[-1]
    needed = latest.entry.start_row
    for known in reversed(entries):
        if known.entry.source == latest.entry.source and known.end_row == needed:
            needed = known.entry.start_row
    # Where a part before was undone, everything is read again: what is still there is told by its id.
    return latest if needed == 0 else None


def _generation(path: str, imports: Sequence[Import]) -> int:
    """How often a path's rows counted as new ones."""
    return len({entry.source for one in imports for entry in one.files if entry.path == path})


def _file(
    path: Path, options: ImportOptions, reading: ReadOptions, known: _Known | None, *, generation: int
) -> tuple[PlannedFile | None, int | None]:
    """The file as planned, or the import that took all of it."""
    form = format_of(path, options.format)
    try:
        status = path.stat()
        size = status.st_size
        prefix = known.entry.size_bytes if known is not None and known.entry.size_bytes < size else 0
        surveyed = survey(path, size, prefix_bytes=prefix, is_text=form.is_text)
        source = str(path) if not (options.again and generation) else f"{path}#{generation + 1}"
        start_byte = start_row = 0
        state = "new"
        if known is not None:
            state = _compared(path, form, known, surveyed, size, options)
            source = known.entry.source
            if state == "unchanged":
                return None, known.by.id
            start_byte, start_row = known.entry.size_bytes, known.end_row
        reader = form.open(path, size, reading)
    except PermissionError as error:
        raise DataError(
            f"{path}: no permission to read it",
            code="data.file.permission",
            hint="change its permissions, or run as somebody who may read it",
        ) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}", code="data.file.unreadable") from error
    entry = FileEntry(str(path), form.name, source, size, surveyed.sha256, start_byte, start_row)
    return PlannedFile(entry, state, reader, form.is_typed, status.st_mtime_ns), None


def _compared(
    path: Path, form: FileFormat, known: _Known, surveyed: Surveyed, size: int, options: ImportOptions
) -> str:
    """Whether a known file is unchanged or has grown.

    Raises:
        ConflictError: It has changed otherwise, or is to be taken in another way than before.
    """
    undo = f"undo import {known.by.id} first, or import it again as new rows (again)"
    if dict(known.by.options) != options.to_json():
        raise ConflictError(
            f"{path} was taken by import {known.by.id} with other options",
            code="conflict.file_options",
            hint=undo,
            details={"path": str(path), "import": known.by.id},
        )
    if size == known.entry.size_bytes and surveyed.sha256 == known.entry.sha256:
        return "unchanged"
    has_grown = size > known.entry.size_bytes and surveyed.prefix_sha256 == known.entry.sha256
    if has_grown and form.is_text and not is_gzip(path) and surveyed.ends_line:
        return "grown"
    raise ConflictError(
        f"{path} was taken by import {known.by.id}, and what it held then has changed",
        code="conflict.file_changed",
        hint=undo,
        details={"path": str(path), "import": known.by.id},
    )


def _resumed(
    target: Target,
    options: ImportOptions,
    mapping: ColumnMap,
    paths: set[str],
    stopped: dict[int, Import],
    catalog: Catalog,
) -> Plan:
    """The plan that goes on with an interrupted import, if it is the same import."""
    last = stopped[max(stopped)]
    is_same = dict(last.options) == options.to_json() and paths == {entry.path for entry in last.files}
    if len(stopped) > 1 or not is_same:
        raise ConflictError(
            f"import {last.id} of some of these files was interrupted",
            code="conflict.interrupted",
            hint=f"resume import {last.id}, or undo it, before other imports of its files",
            details={"import": last.id},
        )
    return resuming(target, options, mapping, last, catalog)


def resuming(
    target: Target, options: ImportOptions, mapping: ColumnMap, last: Import, catalog: Catalog
) -> Plan:
    """The plan that goes on with an interrupted import.

    Raises:
        ConflictError: A file that is not finished has changed since.
    """
    files = []
    for place, entry in enumerate(last.files):
        form, path = format_of(Path(entry.path), entry.format), Path(entry.path)
        if place < last.position.file:
            continue
        _check_file(path)
        status = path.stat()
        size = status.st_size
        if size < entry.size_bytes or _prefix(path, size, entry, form) != entry.sha256:
            raise ConflictError(
                f"{path} has changed since import {last.id} was interrupted",
                code="conflict.file_changed",
                hint=f"undo import {last.id}, then import the file anew",
                details={"path": entry.path, "import": last.id},
            )
        reader = form.open(path, entry.size_bytes, mapping.reading(catalog))
        state = "grown" if entry.start_byte else "new"
        files.append(PlannedFile(entry, state, reader, form.is_typed, status.st_mtime_ns))
    return Plan(target, options, mapping, tuple(files), resumes=last)


def _prefix(path: Path, size: int, entry: FileEntry, form: FileFormat) -> str:
    """The hash of as much of a file as an import knows of it; nothing where that does not end a line."""
    if size == entry.size_bytes:
        return survey(path, size, is_text=form.is_text).sha256
    surveyed = survey(path, size, prefix_bytes=entry.size_bytes, is_text=form.is_text)
    return surveyed.prefix_sha256 if form.is_text and surveyed.ends_line else ""


def check_unchanged(file: PlannedFile) -> None:
    """See that a file is still as it was planned, now that it was read to its end.

    Raises:
        ConflictError: It is not, so that what was read may be neither the old nor the new.
    """
    entry = file.entry
    path, form = Path(entry.path), format_of(Path(entry.path), entry.format)
    if path.exists():
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) == (entry.size_bytes, file.changed_ns):
            return
        if status.st_size >= entry.size_bytes and _prefix(path, status.st_size, entry, form) == entry.sha256:
            return
    raise ConflictError(
        f"{path} was changed while it was read",
        code="conflict.file_changed",
        hint="undo the import, and import the file again when nobody writes to it",
        details={"path": entry.path},
    )
