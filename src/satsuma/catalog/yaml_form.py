"""YAML of a catalog: reading it as plain text and mappings, and printing a catalog in the form people write.

The file format is YAML 1.1 as PyYAML scans it, but scalars keep the text they were written with: `no: text`
names an attribute `no`, `2026-01-01: date` one called `2026-01-01`. Only an empty value, `~` and `null` mean
nothing. Refused are duplicate keys, tags, and anchors with their aliases: none has a use in a catalog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from satsuma.catalog.model import Attribute, Catalog, ValueType
from satsuma.catalog.problems import Problems
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import CatalogError

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"

_DEPTH_MAX = 16
_NULLS = frozenset({"", "~", "null"})


def read_yaml(text: str, problems: Problems) -> Plain:
    """The mappings, lists and texts of a YAML document; of duplicate keys the first counts.

    Raises:
        CatalogError: It is not YAML, or has what is refused here; with line and column.
    """
    try:
        events = iter(list(yaml.parse(text, Loader=yaml.SafeLoader)))
        next(events)  # the stream begins
        start = next(events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        found = _Reader(events, problems).value(next(events), ())
        next(events)  # the document ends
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise CatalogError("found a second YAML document, expected one", code="catalog.yaml")
    except yaml.MarkedYAMLError as error:
        where = _place(error.problem_mark)
        raise CatalogError(f"not YAML{where}: {error.problem or error}", code="catalog.yaml") from error
    except yaml.YAMLError as error:
        raise CatalogError(f"not YAML: {error}", code="catalog.yaml") from error
    return found


class _Reader:
    """Builds plain values from parser events."""

    def __init__(self, events: Iterator[Any], problems: Problems) -> None:
        self._events = events
        self._problems = problems

    def value(self, event: Any, path: tuple[str, ...]) -> Plain:
        if len(path) > _DEPTH_MAX:
            raise CatalogError(
                f"deeper than {_DEPTH_MAX} levels{_place(event.start_mark)}", code="catalog.yaml"
            )
        self._plain(event)
        match event:
            case yaml.ScalarEvent():
                is_null = event.style is None and event.value.lower() in _NULLS
                return None if is_null else str(event.value)
            case yaml.SequenceStartEvent():
                items: list[Plain] = []
                while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                    items.append(self.value(item, (*path, str(len(items)))))
                return items
            case _:
                return self._mapping(path)

    def _mapping(self, path: tuple[str, ...]) -> Plain:
        found: dict[str, Plain] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._plain(event)
            if not isinstance(event, yaml.ScalarEvent):
                where = _place(event.start_mark)
                raise CatalogError(
                    f"found a list or mapping as a key{where}, expected text", code="catalog.yaml"
                )
            key = str(event.value)
            value = self.value(next(self._events), (*path, key))
            if key in found:
                where = _place(event.start_mark)
                self._problems.add(
                    "duplicate", (*path, key), f"found the key {key!r} again{where}, expected it once"
                )
            else:
                found[key] = value
        return found

    def _plain(self, event: Any) -> None:
        where = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise CatalogError(f"found an anchor or alias{where}, expected plain YAML", code="catalog.yaml")
        if event.tag is not None:
            raise CatalogError(
                f"found the tag {event.tag!r}{where}, expected plain YAML", code="catalog.yaml"
            )


def _place(mark: Any) -> str:
    return "" if mark is None else f" in line {mark.line + 1}, column {mark.column + 1}"


def catalog_to_yaml(catalog: Catalog) -> str:
    """A catalog in the form people write: declared anew it makes the same one, but for numbers."""
    whole: dict[str, Any] = {"timezone": catalog.timezone, "mode": catalog.mode.value}
    if catalog.entities:
        whole["entities"] = {}
    for entity in catalog.entities.values():
        form: dict[str, Any] = {}
        if entity.audience or entity.name == DEFAULT_AUDIENCE:
            form["audience"] = entity.audience
        if entity.attributes:
            form["attributes"] = _attributes(entity.attributes)
        whole["entities"][entity.name] = form
    if catalog.interactions:
        whole["interactions"] = {}
    for interaction in catalog.interactions.values():
        form = {"audience": interaction.audience}
        if interaction.attributes:
            form["attributes"] = _attributes(interaction.attributes)
        whole["interactions"][interaction.name] = form
    return yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Flow(dict[str, Any]):
    """A mapping that is printed on one line."""


class _Dumper(yaml.SafeDumper):
    """Prints long forms of attributes in braces."""


def _represent_flow(dumper: yaml.SafeDumper, data: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)


_Dumper.add_representer(_Flow, _represent_flow)


def _attributes(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    return {name: _attribute(attribute) for name, attribute in attributes.items()}


def _attribute(attribute: Attribute) -> str | _Flow:
    if attribute.type is ValueType.REFERENCE:
        form = _Flow(type=attribute.type.value, to=attribute.to)
        if attribute.inverse is not None:
            form["inverse"] = attribute.inverse
        return form
    if attribute.options is not None:
        return _Flow(type=attribute.type.value, options=list(attribute.options))
    return attribute.type.value
