"""The files of a folder: all of them read, with every problem of every one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import SEGMENT_FILE_BYTES_MAX, SEGMENT_YAML_BYTES_MAX, SEGMENTS_MAX
from satsuma.kernel.names import check_name
from satsuma.kernel.text import fold
from satsuma.language import tree
from satsuma.segments.files.form import FileProblem, Notes, SegmentFile
from satsuma.segments.files.text_form import read_text_form
from satsuma.segments.files.yaml_form import read_yaml_form

TEXT_ENDING = ".segment"
YAML_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Folder:
    """What the files of a folder say.

    Attributes:
        files: By path. Those with problems are among them where their name is known.
        problems: All of them, by file and place.
    """

    files: tuple[SegmentFile, ...]
    problems: tuple[FileProblem, ...]


def read_folder(folder: str | Path) -> Folder:
    """Read every `*.segment`, `*.yaml` and `*.yml` of a folder and those in it; hidden ones are left out.

    Raises:
        UsageError: It is no folder, or has no such file.
    """
    folder = Path(folder)
    paths = segment_paths(folder)
    if not paths:
        raise UsageError(
            f"found no segment file in {folder}",
            code="usage.folder",
            hint=f"expected files that end with {TEXT_ENDING} or {YAML_ENDINGS[0]}",
        )
    files: list[SegmentFile] = []
    problems: list[FileProblem] = []
    for path in paths:
        notes = Notes(_shown(path.relative_to(folder)))
        file = _read(path, notes) or _by_its_stem(path, notes.file)
        if file is not None:
            files.append(file)
        problems += notes.found
    again = _same_names(files)
    problems += again.values()
    problems.sort(key=lambda one: (one.file, one.line or 0, one.column or 0))
    return Folder(tuple(file for file in files if file.path not in again), tuple(problems))


def segment_paths(folder: Path) -> list[Path]:
    """The segment files of a folder and the folders in it, in order.

    Raises:
        UsageError: It is no folder, cannot be read, or has too many.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", code="usage.folder", hint="give a folder of segment files")
    found = sorted(_walk(folder), key=lambda path: path.relative_to(folder).as_posix())
    if len(found) > SEGMENTS_MAX:
        raise UsageError(f"found {len(found)} segment files, expected at most {SEGMENTS_MAX}")
    return found


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}", code="usage.folder") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and name.endswith((TEXT_ENDING, *YAML_ENDINGS)):
                yield Path(parent, name)


def _read(path: Path, notes: Notes) -> SegmentFile | None:
    is_text = path.name.endswith(TEXT_ENDING)
    text = _text_of(path, SEGMENT_FILE_BYTES_MAX if is_text else SEGMENT_YAML_BYTES_MAX, notes)
    if text is None:
        return None
    read = read_text_form if is_text else read_yaml_form
    return read(notes.file, text, _shown(Path(path.stem)), notes)


def _by_its_stem(path: Path, shown: str) -> SegmentFile | None:
    """A file that cannot be read, so that others may refer to its segment; None where no name can be told."""
    try:
        source = tree.Source(name=check_name(_shown(Path(path.stem))), kind=tree.Kind.STATIC)
    except UsageError:
        return None
    return SegmentFile(shown, source, None, (), None, False, lambda _: (1, 1), is_readable=False)


def _text_of(path: Path, bytes_max: int, notes: Notes) -> str | None:
    """The text of a file with plain line ends; None where it is no such file, which goes to the notes."""
    try:
        if not path.is_file():
            notes.add("file.read", "it is no file that can be read")
            return None
        with path.open("rb") as file:
            content = file.read(bytes_max + 1)
    except OSError as error:
        notes.add("file.read", f"it cannot be read: {error.strerror or error}")
        return None
    if len(content) > bytes_max:
        notes.add(
            "file.size",
            f"found more than {bytes_max:,} bytes",
            hint="keys and long lists of values belong in a marketing list",
        )
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        notes.add(
            "file.encoding", f"found the byte 0x{content[error.start]:02x}, expected UTF-8", line, column
        )
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\0" in text:
        before = text[: text.index("\0")]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        notes.add("file.encoding", "found a zero byte, expected text", line, column)
        return None
    return text


def _same_names(files: list[SegmentFile]) -> dict[str, FileProblem]:
    """By path, the files whose segment another has already."""
    first: dict[str, SegmentFile] = {}
    found = {}
    for file in files:
        if not file.is_readable:
            continue
        other = first.setdefault(fold(file.name), file)
        if other is not file:
            message = f"found the segment “{file.name}” again, which {other.path} has"
            hint = "names count without regard to case"
            found[file.path] = file.problem("file.duplicate", "name", message, hint)
    return found


def _shown(path: Path) -> str:
    """A path as text that can be printed, whatever bytes the name has."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
