"""The fields of a segment file, whichever form it has, checked as far as one file alone can be."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, TESTS_PER_SEGMENT_MAX
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import is_well_formed
from satsuma.kernel.zones import zone
from satsuma.language import tree
from satsuma.segments.files.form import Notes, Place, SegmentFile

LIVE, DRAFT = "live", "draft"


@dataclass(slots=True)
class Fields:
    """What a file says.

    Attributes:
        texts: `name`, `kind`, `audience`, `timezone`, `description`, `status`, as far as they are given.
        members: Keys; None where the file has none.
        where: None where there is no condition, or none that can be read.
    """

    texts: dict[str, str]
    tags: tuple[str, ...] = ()
    tests_in: tuple[str, ...] = ()
    tests_out: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    where: tree.Condition | None = None


def segment_file(path: str, fields: Fields, stem: str, place: Place, notes: Notes) -> SegmentFile | None:
    """The segment of a file; None where not even its name can be used.

    Args:
        path: Of the file, for messages.
        fields: What it says.
        stem: The name of the segment where the file gives none.
        place: Where a path of the JSON form stands in the file.
        notes: Take every problem; those of reading are in them already.
    """
    texts = fields.texts
    _check(fields, place, notes)
    kind = _word(texts.get("kind", tree.Kind.DYNAMIC.value), tuple(tree.Kind), "kind", place, notes)
    status = _word(texts.get("status", LIVE), (LIVE, DRAFT), "status", place, notes)
    try:
        name = check_name(texts.get("name", stem))
    except UsageError as error:
        notes.add(error.code, error.message, *place("name"), hint='give another with "name: ..."')
        return None
    source = tree.Source(
        where=fields.where,
        name=name,
        audience=texts.get("audience"),
        kind=tree.Kind(kind) if kind else tree.Kind.DYNAMIC,
        timezone=texts.get("timezone"),
        tests_in=fields.tests_in,
        tests_out=fields.tests_out,
    )
    if kind and not notes.found:
        _check_condition(source, fields, place, notes)
    return SegmentFile(
        path=path,
        source=source,
        description=texts.get("description") or None,
        tags=tuple(sorted(set(fields.tags))),
        members=fields.members,
        is_draft=status == DRAFT,
        place=place,
        is_readable=not notes.found,
    )


def _check(fields: Fields, place: Place, notes: Notes) -> None:
    description = fields.texts.get("description", "")
    if len(description) > DESCRIPTION_CHARS_MAX:
        found = f"found {len(description)} characters, expected at most {DESCRIPTION_CHARS_MAX}"
        notes.add("file.value", found, *place("description"))
    if "timezone" in fields.texts:
        try:
            zone(fields.texts["timezone"])
        except UsageError as error:
            notes.add("segment.timezone", error.message, *place("timezone"), hint=error.hint)
    for tag in fields.tags:
        if len(tag) > NAME_CHARS_MAX or not tag.isprintable():
            found = f"found the tag {tag[:60]!r}, expected at most {NAME_CHARS_MAX} printable characters"
            notes.add("file.value", found, *place("tags"))
    for at, keys in (("tests.in", fields.tests_in), ("tests.out", fields.tests_out)):
        if len(keys) > TESTS_PER_SEGMENT_MAX:
            notes.add(
                "form.too_long",
                f"found {len(keys)} keys, expected at most {TESTS_PER_SEGMENT_MAX}",
                *place(at),
            )
    if both := set(fields.tests_in) & set(fields.tests_out):
        found = f"found {min(both)!r} both in and not in, expected it in one of them"
        notes.add("file.tests", found, *place("tests.out"))
    for text in (description, *fields.tags, *fields.tests_in, *fields.tests_out, *(fields.members or ())):
        if not is_well_formed(text):
            notes.add("type.text", f"found {text[:60]!a}, expected text that has a UTF-8 form")


def _check_condition(source: tree.Source, fields: Fields, place: Place, notes: Notes) -> None:
    static = source.kind is tree.Kind.STATIC
    if static and source.where is not None:
        notes.add(
            "segment.where",
            "found a condition, and the segment is static",
            *place("where"),
            hint="give members in its place, or another kind",
        )
    if not static and source.where is None:
        notes.add("segment.where", "the condition is missing", *place("where"), hint="say who is in it")
    if not static and fields.members is not None:
        notes.add(
            "file.field",
            f"found members, and the segment is {source.kind.value}",
            *place("members"),
            hint="only static segments have members of their own",
        )


def _word(value: str, known: tuple[str, ...], field: str, place: Place, notes: Notes) -> str | None:
    if value in known:
        return value
    listed = ", ".join(known)
    notes.add(
        "form.word",
        f"found {value[:60]!r}, expected one of {listed}",
        *place(field),
        hint=did_you_mean(value, known),
    )
    return None
