"""Segments from JSON: the condition with its name, audience, kind, time zone and tests."""

from __future__ import annotations

from satsuma.kernel.limits import TESTS_PER_SEGMENT_MAX
from satsuma.language import tree
from satsuma.language.problems import Problems, definition_error, shown
from satsuma.language.wire.forms import FORMS, condition_from_json
from satsuma.language.wire.reader import Reader
from satsuma.language.wire.shapes import SEGMENTS


def source_from_json(value: object) -> tree.Source:
    """The segment of parsed JSON, or of a condition alone.

    Raises:
        DefinitionError: With every problem of the form; whether names exist is not asked here.
    """
    problems = Problems()
    source = read_source(value, problems)
    if problems.has_errors:
        raise definition_error(problems.found)
    return source


def read_source(value: object, problems: Problems) -> tree.Source:
    """As `source_from_json`, noting problems and going on: beside errors, only fit for checking."""
    if isinstance(value, dict) and any(key in FORMS for key in value):
        return tree.Source(where=condition_from_json(value, problems))
    reader = Reader(problems, FORMS)
    if not isinstance(value, dict):
        problems.add("form.type", "", f"found {shown(value)}, expected a segment or a condition: an object")
        return tree.Source(where=tree.EVERYONE)
    reader.keys(value, "", SEGMENTS["segment"])
    kind = reader.word(value.get("kind", tree.Kind.DYNAMIC.value), "kind", tuple(tree.Kind))
    where = condition_from_json(value["where"], problems) if "where" in value else None
    tests_in, tests_out = _tests(reader, value["tests"]) if "tests" in value else ((), ())
    return tree.Source(
        where=where,
        name=_text(reader, value, "name"),
        audience=_text(reader, value, "audience"),
        kind=tree.Kind.DYNAMIC if kind is None else tree.Kind(kind),
        timezone=_text(reader, value, "timezone"),
        tests_in=tests_in,
        tests_out=tests_out,
    )


def _text(reader: Reader, value: dict[str, object], key: str) -> str | None:
    return reader.text(value[key], key, f"the {key}") if key in value else None


def _tests(reader: Reader, value: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not reader.keys(value, "tests", SEGMENTS["tests"]) or not isinstance(value, dict):
        return (), ()
    return _keys(reader, value.get("in", []), "tests.in"), _keys(reader, value.get("out", []), "tests.out")


def _keys(reader: Reader, value: object, path: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        reader.problems.add("form.type", path, f"found {shown(value)}, expected a list of keys")
        return ()
    if len(value) > TESTS_PER_SEGMENT_MAX:
        reader.problems.add(
            "form.too_long", path, f"found {len(value)} keys, expected at most {TESTS_PER_SEGMENT_MAX}"
        )
        return ()
    keys = [reader.text(key, f"{path}[{i}]", "a key") for i, key in enumerate(value)]
    return tuple(key for key in keys if key is not None)
