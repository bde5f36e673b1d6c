"""Forms to join a list from one's own site: plain HTML that posts to the public pages.

Who fills in a form proves nothing: a list with double opt-in asks the address first, and attributes of a
contact that exists stay as they are.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from satsuma.catalog.audiences import audience_named
from satsuma.catalog.model import Entity, ValueType
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.lists import happened, links, settings
from satsuma.lists.finding import named
from satsuma.lists.letters import language_or_default
from satsuma.lists.rooms import ListRooms
from satsuma.record import lists as list_rows
from satsuma.record import uses
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

COUNTER = "join_forms"
HONEYPOT = "website"
"""A field that people do not see: who fills it in is a program."""

_SLUG_BYTES = 9


@dataclass(frozen=True, slots=True)
class JoinForm:
    """One form.

    Attributes:
        id, name: Of the form.
        slug: What it posts to; random, so that forms cannot be listed by guessing.
        list_id: The list that it joins.
        fields: Names of text attributes that are asked for beside the address.
        language: Of the pages that answer.
        created_at: Microseconds UTC.
    """

    id: int
    name: str
    slug: str
    list_id: int
    fields: tuple[str, ...]
    language: str
    created_at: int

    def html(self, public_url: str | None) -> str:
        """What to put on one's own page.

        Raises:
            UsageError: The address of the site with the public pages is not set.
        """
        action = links.address(public_url, f"join/{self.slug}")
        rows = [("email", _LABELS[self.language]["email"], "email", True)]
        rows += [(f"field:{name}", name, "text", False) for name in self.fields]
        inputs = "\n".join(
            f'  <p><label>{html.escape(label)}<br><input name="{html.escape(name)}" type="{kind}"'
            f'{" required" if required else ""} maxlength="254"></label></p>'
            for name, label, kind, required in rows
        )
        trap = (
            f'  <p style="position:absolute;left:-9999px" aria-hidden="true"><label>Leave this empty'
            f' <input name="{HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>'
        )
        button = html.escape(_LABELS[self.language]["button"])
        return (
            f'<form method="post" action="{html.escape(action)}">\n{inputs}\n{trap}\n'
            f'  <p><button type="submit">{button}</button></p>\n</form>\n'
        )


_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {"email": "E-mail address", "button": "Subscribe"},
    "de": {"email": "E-Mail-Adresse", "button": "Anmelden"},
}


class Forms:
    """`ws.forms`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    def create(
        self, name: str, *, joins: str | int, fields: Sequence[str] = (), language: str = "en"
    ) -> JoinForm:
        """Make a form.

        Args:
            name: Its name, which the interactions bear.
            joins: The list that it joins, by name or id; a subscription list.
            fields: Names of text attributes of contacts that it asks for beside the address.
            language: Of the pages that answer: `en` or `de`.

        Raises:
            ConflictError: The name is taken.
            UsageError: The list is no subscription list, or a field is no text attribute.
        """

        def work(change: Change) -> JoinForm:
            row = named(list_rows.all_lists(change.connection), joins)
            if not row.subscription:
                raise UsageError(
                    f"list “{row.name}” is no subscription list: nobody joins it by themselves",
                    code="usage.form_list",
                    hint="make a list with `subscription=True`",
                )
            entity = audience_named(change.catalog, DEFAULT_AUDIENCE)
            happened.declare(change, entity, happened.FORM)
            form = JoinForm(
                change.memory.counters.take(COUNTER),
                _free_name(change, name),
                self._rooms.randomness(_SLUG_BYTES).hex(),
                row.id,
                tuple(_field(entity, one) for one in dict.fromkeys(fields)),
                language_or_default(language),
                change.at,
            )
            change.connection.execute(
                f"INSERT INTO join_forms VALUES (?, ?, ?, ?, ?, ?, ?, {INSTANT})",
                [
                    form.id,
                    form.name,
                    fold(form.name),
                    form.slug,
                    form.list_id,
                    list(form.fields),
                    form.language,
                    change.at,
                ],
            )
            uses.put(change, uses.Thing(settings.FORM, form.id), [uses.Thing(settings.LIST, row.id)])
            return form

        return self._rooms.writer.commit(
            work, actor=self._rooms.actor, kind="definition", detail="create form"
        ).result

    def __getitem__(self, name: str | int) -> JoinForm:
        """The form of a name, without regard to case, or of an id."""
        found = self.list()
        for form in found:
            if form.id == name or (isinstance(name, str) and fold(form.name) == fold(name)):
                return form
        hint = did_you_mean(name, [form.name for form in found]) if isinstance(name, str) else ""
        raise NotFoundError(f"no form “{name}”", code="not_found.form", hint=hint)

    def __iter__(self) -> Iterator[JoinForm]:
        """All forms, by name."""
        return iter(self.list())

    def list(self) -> tuple[JoinForm, ...]:
        """All forms, by name."""
        with self._rooms.record.cursor() as cursor:
            return tuple(sorted(forms(cursor), key=lambda form: (fold(form.name), form.name)))

    def html(self, name: str | int) -> str:
        """What to put on one's own page for a form."""
        with self._rooms.record.cursor() as cursor:
            public_url = settings.read(cursor, settings.PUBLIC_URL)
        return self[name].html(public_url)

    def delete(self, name: str | int) -> None:
        """Remove a form; what is posted to it from then on is thrown away."""
        form = self[name]

        def work(change: Change) -> None:
            uses.put(change, uses.Thing(settings.FORM, form.id), ())
            change.connection.execute("DELETE FROM join_forms WHERE id = ?", [form.id])

        self._rooms.writer.commit(work, actor=self._rooms.actor, kind="definition", detail="delete form")


def forms(connection: duckdb.DuckDBPyConnection) -> list[JoinForm]:
    """All forms, by id."""
    rows = connection.execute(
        "SELECT id, name, slug, list, fields, language, epoch_us(created_at) FROM join_forms ORDER BY id"
    ).fetchall()
    return [JoinForm(row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6]) for row in rows]


def _field(entity: Entity, name: str) -> str:
    attribute = entity.attributes.get(name)
    if attribute is None or attribute.type is not ValueType.TEXT:
        hint = did_you_mean(name, entity.attributes)
        raise UsageError(
            f"found the field {name!r}, expected a text attribute of {entity.name}",
            code="usage.form_field",
            hint=hint,
        )
    return attribute.name


def _free_name(change: Change, name: str) -> str:
    name = check_name(name)
    for form in forms(change.connection):
        if fold(form.name) == fold(name):
            raise ConflictError(
                f"there is a form “{form.name}” already", code="form.name_taken", hint="choose another"
            )
    return name
