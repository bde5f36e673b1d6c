"""The templates of a workspace: those that come with Satsuma, and those that people have saved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

import duckdb

from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.segments.blanks import Blank, BlankKind, Template
from satsuma.segments.gallery import GALLERY
from satsuma.segments.rooms import Rooms


def _templates_table(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE templates (name VARCHAR NOT NULL, text VARCHAR NOT NULL, about VARCHAR NOT NULL,"
        " blanks VARCHAR NOT NULL, version UBIGINT NOT NULL, actor UINTEGER NOT NULL)"
    )


MIGRATIONS = (Migration("segments", 1, "templates", _templates_table),)


class Templates:
    """`ws.templates`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def __iter__(self) -> Iterator[Template]:
        """Saved templates by name, then the gallery."""
        yield from sorted(self._saved(), key=lambda one: fold(one.name))
        yield from GALLERY

    def __getitem__(self, name: str) -> Template:
        """The template of a name, without regard to case; a saved one before one of the gallery."""
        found = tuple(self)
        for one in found:
            if fold(one.name) == fold(name):
                return one
        hint = did_you_mean(name, [one.name for one in found])
        raise NotFoundError(f"no template “{name}”", code="not_found.template", hint=hint)

    def save(
        self, name: str, text: str, *, blanks: Mapping[str, Blank] | None = None, about: str = ""
    ) -> Template:
        """Save a template under a new name.

        Args:
            name: Its name; no saved template may have it.
            text: The definition in text form, with `{{blank}}` in its places.
            blanks: What each blank is for.
            about: What the template is for.

        Raises:
            ConflictError: The name is taken.
            UsageError: Blanks and text do not go together.
        """
        template = Template(check_name(name), text, about, dict(blanks or {}))

        def work(change: Change) -> None:
            if any(fold(one.name) == fold(template.name) for one in _read(change.connection)):
                raise ConflictError(
                    f"there is a template “{template.name}” already", code="template.name_taken"
                )
            change.connection.execute(
                "INSERT INTO templates VALUES (?, ?, ?, ?, ?, ?)",
                [template.name, text, about, _to_json(template.blanks), change.version, change.actor],
            )

        self._rooms.writer.commit(work, actor=self._rooms.actor, kind="definition", detail="save template")
        return template

    def delete(self, name: str) -> None:
        """Remove a saved template.

        Raises:
            NotFoundError: No template has the name.
            UsageError: It came with Satsuma.
        """
        template = self[name]
        if template.built_in:
            raise UsageError(
                f"template “{template.name}” comes with Satsuma and stays", code="usage.template"
            )
        self._rooms.writer.commit(
            lambda change: change.connection.execute("DELETE FROM templates WHERE name = ?", [template.name]),
            actor=self._rooms.actor,
            kind="definition",
            detail="delete template",
        )

    def _saved(self) -> list[Template]:
        with self._rooms.reading() as (cursor, _):
            return _read(cursor)


def _read(connection: duckdb.DuckDBPyConnection) -> list[Template]:
    rows = connection.execute("SELECT name, text, about, blanks FROM templates").fetchall()
    return [Template(name, text, about, _from_json(blanks)) for name, text, about, blanks in rows]


def _to_json(blanks: Mapping[str, Blank]) -> str:
    return json.dumps(
        {
            name: {"kind": one.kind, "help": one.help, "default": _plain(one.default)}
            for name, one in blanks.items()
        }
    )


def _plain(value: str | int | Decimal | None) -> object:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _from_json(text: str) -> dict[str, Blank]:
    return {
        name: Blank(BlankKind(one["kind"]), one["help"], _value(one["default"]))
        for name, one in json.loads(text).items()
    }


def _value(value: object) -> str | int | Decimal | None:
    match value:
        case {"decimal": str(text)}:
            return Decimal(text)
        case str() | int() | None:
            return value
        case _:
            raise UsageError(f"found the default {value!r} of a blank, expected a number or a text")
