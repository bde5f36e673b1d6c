"""Declarations: a catalog as people write it, in YAML or as a dict, read with every problem at once.

    timezone: Europe/Berlin
    mode: learn
    entities:
      contact:
        audience: true
        attributes:
          city: text
          tier: {type: choice, options: [bronze, silver, gold]}
          account: {type: reference, to: account, inverse: contacts}
    interactions:
      purchase: {audience: contact, attributes: {amount: decimal}}

Reading checks what can be told from the declaration alone; `catalog.change.apply` checks it against the
catalog it is to change, and raises both kinds of problems together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satsuma.catalog.model import Mode, OwnerKind, ValueType
from satsuma.catalog.problems import Problem, Problems, shown
from satsuma.catalog.rules import RESERVED, name_fault
from satsuma.catalog.yaml_form import read_yaml
from satsuma.kernel.errors import CatalogError, UsageError
from satsuma.kernel.limits import OPTIONS_PER_CHOICE_MAX, TEXT_BYTES_MAX
from satsuma.kernel.text import is_well_formed, nfc
from satsuma.kernel.zones import zone

_Path = tuple[str, ...]

_ATTRIBUTE_FIELDS = ("type", "options", "remove_options", "to", "inverse")
_FIELDS_ONLY_FOR = {
    "options": (ValueType.CHOICE, ValueType.CHOICES),
    "remove_options": (ValueType.CHOICE, ValueType.CHOICES),
    "to": (ValueType.REFERENCE,),
    "inverse": (ValueType.REFERENCE,),
}


@dataclass(frozen=True, slots=True)
class DeclaredAttribute:
    """One attribute as declared.

    Attributes:
        options: The admitted values, or None where none are listed.
        remove_options: Values that are admitted no longer; only with `options`.
    """

    name: str
    type: ValueType
    options: tuple[str, ...] | None = None
    remove_options: tuple[str, ...] = ()
    to: str | None = None
    inverse: str | None = None


@dataclass(frozen=True, slots=True)
class DeclaredEntity:
    """One entity as declared; `audience` is None where nothing is said."""

    name: str
    audience: bool | None = None
    attributes: tuple[DeclaredAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredInteraction:
    """One interaction type as declared; `audience` is None where it is left out."""

    name: str
    audience: str | None = None
    attributes: tuple[DeclaredAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration as read. What could not be read stands in `problems` and is left out of the rest."""

    timezone: str | None = None
    mode: Mode | None = None
    entities: tuple[DeclaredEntity, ...] = ()
    interactions: tuple[DeclaredInteraction, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(source: str | Path | Mapping[str, Any]) -> Declared:
    """Read a declaration.

    Args:
        source: A mapping; YAML text, which has a line break or begins with `{`; or a file of it, by name.

    Raises:
        CatalogError: The file cannot be read or is not YAML. All other problems are kept in `.problems`.
    """
    problems = Problems()
    data: object = source
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith("{") or not source.strip()):
        data = read_yaml(source, problems)
    elif isinstance(source, str | Path):
        data = read_yaml(_file_text(Path(source)), problems)
    return _Reader(problems).whole({} if data is None else data)


def _file_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CatalogError(
            f"the catalog file {shown(str(path))} cannot be read: {error}",
            code="catalog.file",
            hint="expected the name of a YAML file, YAML text of more than one line, or a dict",
        ) from error


class _Reader:
    """Reads plain values into declarations and notes every problem."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def whole(self, data: object) -> Declared:
        parts = self._fields(data, (), ("timezone", "mode", "entities", "interactions"), "a catalog")
        entities = tuple(
            self._entity(name, form, ("entities", name))
            for name, form in self._named(parts.get("entities"), ("entities",), "entity name")
        )
        interactions = tuple(
            self._interaction(name, form, ("interactions", name))
            for name, form in self._named(parts.get("interactions"), ("interactions",), "interaction name")
        )
        timezone, mode = self._timezone(parts), self._mode(parts)
        return Declared(timezone, mode, entities, interactions, tuple(self._problems.found))

    def _timezone(self, parts: Mapping[str, object]) -> str | None:
        value = parts.get("timezone")
        if value is None:
            return None
        try:
            if isinstance(value, str):
                return zone(value).name
            message, hint = f"found {shown(value)}, expected the IANA name of a time zone", ""
        except UsageError as error:
            message, hint = error.message, error.hint
        self._problems.add("timezone", ("timezone",), message, hint)
        return None

    def _mode(self, parts: Mapping[str, object]) -> Mode | None:
        value = parts.get("mode")
        if value is None:
            return None
        if isinstance(value, str) and value in list(Mode):
            return Mode(value)
        self._problems.unknown(("mode",), str(value), [mode.value for mode in Mode], "mode")
        return None

    def _entity(self, name: str, form: object, path: _Path) -> DeclaredEntity:
        parts = self._fields({} if form is None else form, path, ("audience", "attributes"), "an entity")
        audience = parts.get("audience")
        if audience in ("true", "false"):
            audience = audience == "true"
        if audience is not None and not isinstance(audience, bool):
            message = f"found {shown(audience)}, expected true or false"
            self._problems.add("value", (*path, "audience"), message)
            audience = None
        return DeclaredEntity(name, audience, self._attributes(parts, path, OwnerKind.ENTITY))

    def _interaction(self, name: str, form: object, path: _Path) -> DeclaredInteraction:
        parts = self._fields(
            {} if form is None else form, path, ("audience", "attributes"), "an interaction type"
        )
        audience = self._text(parts, path, "audience", "the name of an entity")
        return DeclaredInteraction(name, audience, self._attributes(parts, path, OwnerKind.INTERACTION))

    def _attributes(
        self, parts: Mapping[str, object], path: _Path, kind: OwnerKind
    ) -> tuple[DeclaredAttribute, ...]:
        path = (*path, "attributes")
        found = []
        for name, form in self._named(parts.get("attributes"), path, "attribute name"):
            if name in RESERVED[kind]:
                names = ", ".join(sorted(RESERVED[kind]))
                message = f"attribute name {name!r} is reserved; expected another than {names}"
                self._problems.add("name", (*path, name), message)
                continue
            attribute = self._attribute(name, form, (*path, name))
            if attribute is not None:
                found.append(attribute)
        return tuple(found)

    def _attribute(self, name: str, form: object, path: _Path) -> DeclaredAttribute | None:
        if isinstance(form, str):
            form = {"type": form}
        parts = self._fields(form, path, _ATTRIBUTE_FIELDS, "a type, or an attribute")
        if not isinstance(form, Mapping):
            return None
        written = parts.get("type")
        if not isinstance(written, str) or written not in list(ValueType):
            self._problems.unknown((*path, "type"), str(written), [kind.value for kind in ValueType], "type")
            return None
        kind = ValueType(written)
        for field, kinds in _FIELDS_ONLY_FOR.items():
            if parts.get(field) is not None and kind not in kinds:
                listed = " or ".join(kind.value for kind in kinds)
                message = (
                    f"found `{field}` on an attribute of type {kind.value}, expected it on {listed} only"
                )
                self._problems.add("field", (*path, field), message)
        to = self._text(parts, path, "to", "the name of an entity")
        if kind is ValueType.REFERENCE and parts.get("to") is None:
            message = "found a reference that says nothing of what it refers to, expected `to` with an entity"
            self._problems.add("reference", path, message, f"write `{{type: reference, to: {name}}}`")
        inverse = self._text(parts, path, "inverse", "a name")
        if inverse is not None and (fault := name_fault(inverse, "inverse name")):
            self._problems.add("name", (*path, "inverse"), fault)
        return DeclaredAttribute(
            name,
            kind,
            options=self._options(parts, path, "options"),
            remove_options=self._options(parts, path, "remove_options") or (),
            to=to,
            inverse=inverse,
        )

    def _options(self, parts: Mapping[str, object], path: _Path, field: str) -> tuple[str, ...] | None:
        path = (*path, field)
        value = parts.get(field)
        if value is None:
            if field in parts:
                self._problems.add("options", path, "found nothing, expected a list of one or more values")
            return None
        if not isinstance(value, list | tuple):
            self._problems.add("options", path, f"found {shown(value)}, expected a list of values")
            return None
        if not value or len(value) > OPTIONS_PER_CHOICE_MAX:
            message = f"found {len(value)} values, expected 1 to {OPTIONS_PER_CHOICE_MAX}"
            self._problems.add("options", path, message)
            return None
        found: dict[str, None] = {}
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item or not is_well_formed(item):
                hint = "quote it" if isinstance(item, bool | int | float) else ""
                self._problems.add(
                    "options", (*path, str(index)), f"found {shown(item)}, expected text", hint
                )
            elif len(item.encode()) > TEXT_BYTES_MAX:
                message = f"found a text of {len(item.encode())} bytes, expected at most {TEXT_BYTES_MAX}"
                self._problems.add("options", (*path, str(index)), message)
            elif nfc(item) in found:
                message = f"found {shown(item)} again, expected each value once"
                self._problems.add("options", (*path, str(index)), message)
            else:
                found[nfc(item)] = None
        return tuple(found) or None

    def _text(self, parts: Mapping[str, object], path: _Path, field: str, expected: str) -> str | None:
        value = parts.get(field)
        if value is None:
            return None
        if not isinstance(value, str):
            self._problems.add("value", (*path, field), f"found {shown(value)}, expected {expected}")
            return None
        return nfc(value)

    def _fields(self, form: object, path: _Path, known: _Path, what: str) -> Mapping[str, object]:
        """The fields of a form that are known; others are problems."""
        if not isinstance(form, Mapping):
            self._problems.add("value", path, f"found {shown(form)}, expected {what} with {', '.join(known)}")
            return {}
        for name in form:
            if name not in known:
                self._problems.unknown((*path, str(name)), str(name), known, "field")
        return {name: form[name] for name in known if name in form}

    def _named(self, forms: object, path: _Path, what: str) -> Iterator[tuple[str, object]]:
        """Names with their forms, in order, each name in normal form C and there once."""
        if forms is None:
            return
        if not isinstance(forms, Mapping):
            self._problems.add("value", path, f"found {shown(forms)}, expected names with what each one is")
            return
        seen: set[str] = set()
        for written, form in forms.items():
            if not isinstance(written, str):
                message = f"found {shown(written)} as {what}, expected text"
                self._problems.add(
                    "name", (*path, str(written)), message, "quote it: YAML reads it otherwise"
                )
                continue
            name = nfc(written)
            fault = name_fault(name, what)
            if fault is None and name in seen:
                fault = f"{what} {name!r} stands here twice, written differently; expected it once"
            if fault is not None:
                self._problems.add("name", (*path, written), fault)
                continue
            seen.add(name)
            yield name, form
