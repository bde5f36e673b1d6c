"""Mapping: under which names the record takes the columns of a file, settled before any row is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from satsuma.catalog.model import Catalog, OwnerKind, ValueType
from satsuma.catalog.rules import DEFAULT_AUDIENCE, OBSERVED_AT, RESERVED
from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.record.quarantine import ENTITY
from satsuma.sync.formats.base import ReadOptions
from satsuma.sync.options import ImportOptions
from satsuma.sync.pace import Pace

ID = "id"
OCCURRED_AT = "occurred_at"
SEVERAL = "*"
"""The target of imports with several types."""

NO_TYPE = ""
"""The target of rows that name no type; nothing can have this name, so they are never taken for something."""


@dataclass(frozen=True, slots=True)
class Target:
    """What rows of files become.

    Attributes:
        kind: `entity` or `interactions`.
        name: Of the entity or interaction type; None where a column names the type of each row.
    """

    kind: str
    name: str | None

    @property
    def text(self) -> str:
        """As it is stored."""
        return SEVERAL if self.name is None else self.name


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the rows of one import are mapped.

    Attributes:
        target: What they become.
        options: As given.
        names: Column → name; columns that are left out are in `options.ignore`.
        times: Column → how its times are written.
        audience: Of interactions: the name of the column of members' keys, once mapped.
        pace: Shared by all files of the import.
    """

    target: Target
    options: ImportOptions
    names: Mapping[str, str]
    times: Mapping[str, str]
    audience: str
    pace: Pace

    def reading(self, catalog: Catalog) -> ReadOptions:
        """How files are read for this mapping."""
        options, name = self.options, self.target.name
        is_entity = self.target.kind == ENTITY
        column_of = {name: column for column, name in self.names.items()}
        required = [ID] if is_entity else [OCCURRED_AT, self.audience]
        required = [column_of.get(one, one) for one in required]
        if options.type_column is not None:
            required.append(options.type_column)
        owners = catalog.entities if is_entity else catalog.interactions
        chosen = owners.values() if name is None else [owners[name]] if name in owners else []
        return ReadOptions(
            options.delimiter,
            self.pace,
            options.bytes_max,
            required=frozenset(required),
            is_sparse=not is_entity,
            is_exact=any(a.type is ValueType.DECIMAL for owner in chosen for a in owner.attributes.values()),
        )


def mapping_of(target: Target, options: ImportOptions, catalog: Catalog) -> ColumnMap:
    """How rows are mapped, given what the catalog knows.

    Raises:
        UsageError: Options contradict each other or the target.
    """
    _check_kind(target, options)
    names = dict(options.map)
    audience = ""
    roles: list[tuple[str | None, str]]
    if target.kind == ENTITY:
        roles = [(options.key, ID)]
    else:
        audience = _audience(target, options, catalog)
        roles = [(options.id, ID), (options.occurred_at, OCCURRED_AT), (options.member, audience)]
    for column, role in roles:
        if column is not None:
            if names.get(column, role) != role:
                raise UsageError(
                    f"column {column!r} is {role!r} already and cannot be mapped to {names[column]!r}",
                    code="usage.map",
                )
            names[column] = role
    times = dict(options.time_formats)
    if options.time_format is not None:
        column = options.observed_at if target.kind == ENTITY else options.occurred_at or OCCURRED_AT
        if column is None:
            raise UsageError(
                "a time format needs a column that it is the format of",
                code="usage.time_format",
                hint="name the column: COLUMN=FORMAT, or say which column is observed_at",
            )
        times.setdefault(column, options.time_format)
    return ColumnMap(target, options, names, times, audience, Pace(options.rows_max))


def _check_kind(target: Target, options: ImportOptions) -> None:
    if target.kind == ENTITY:
        foreign = {
            "type_column": options.type_column,
            "member": options.member,
            "occurred_at": options.occurred_at,
            "id": options.id,
            "audience": options.audience,
        }
        what = "records have none; their keys are named by 'key'"
    else:
        foreign = {"key": options.key, "observed_at": options.observed_at}
        what = "interactions have none; they have 'member', 'occurred_at' and 'id'"
        if (target.name is None) == (options.type_column is None):
            raise UsageError(
                "expected either one interaction type or the column that names each row's type",
                code="usage.target",
            )
    for name, value in foreign.items():
        if value is not None:
            raise UsageError(f"found the option {name!r}, but {what}", code="usage.options")


def _audience(target: Target, options: ImportOptions, catalog: Catalog) -> str:
    known = catalog.interactions.get(target.name or "")
    if known is not None:
        return known.audience
    if options.audience is not None:
        return options.audience
    audiences = [entity.name for entity in catalog.audiences()]
    if len(audiences) > 1 and options.member is not None:
        if options.member in audiences:
            return options.member
        raise UsageError(
            f"there are several audiences ({', '.join(audiences)}), and the interactions could be of any",
            code="usage.audience",
            hint="say which: audience=",
        )
    return audiences[0] if len(audiences) == 1 else DEFAULT_AUDIENCE


def check_columns(mapping: ColumnMap, columns: Iterable[str], path: str, *, complete: bool) -> None:
    """Refuse options that name columns which a file does not have, and names that would meet.

    Args:
        mapping: Of the import.
        columns: Those of the file.
        path: The file, for the message.
        complete: Whether `columns` are all; JSON lines may bring others later.

    Raises:
        UsageError: With the nearest names.
    """
    there = list(columns)
    options = mapping.options
    asked: dict[str, str | None] = {
        "key": options.key,
        "type_column": options.type_column,
        "member": options.member,
        "occurred_at": options.occurred_at,
        "id": options.id,
    }
    named = [(name, column) for name, column in asked.items() if column is not None]
    if complete:
        named += [("map", column) for column in options.map]
        named += [("ignore", column) for column in sorted(options.ignore)]
        named += [("time_formats", column) for column in options.time_formats]
    for option, column in named:
        if column not in there:
            raise UsageError(
                f"{path} has no column {column!r}, which the option {option!r} names; its columns are"
                f" {', '.join(there)}",
                code="usage.column",
                hint=did_you_mean(column, there),
                details={"path": path, "column": column, "option": option},
            )
    _check_meeting(mapping, there, path)
    _check_reserved(mapping, there, path)


def _check_meeting(mapping: ColumnMap, there: list[str], path: str) -> None:
    by_name: dict[str, str] = {}
    for column in there:
        if column in mapping.options.ignore:
            continue
        name = mapping.names.get(column, column)
        other = by_name.setdefault(name, column)
        if other != column:
            raise UsageError(
                f"columns {other!r} and {column!r} of {path} would both be {name!r}, expected one",
                code="usage.map",
                hint=f"ignore one of them, or map it to another name: {column}=...",
            )


def _check_reserved(mapping: ColumnMap, there: list[str], path: str) -> None:
    roles = {ID, OCCURRED_AT}
    if mapping.target.kind == ENTITY:
        observed = mapping.options.observed_at or OBSERVED_AT
        roles = {ID, mapping.names.get(observed, observed)}
    kind = OwnerKind.ENTITY if mapping.target.kind == ENTITY else OwnerKind.INTERACTION
    for column in there:
        name = mapping.names.get(column, column)
        if column not in mapping.options.ignore and name in RESERVED[kind] - roles:
            raise UsageError(
                f"column {column!r} of {path} would be the attribute {name!r}, which is reserved",
                code="usage.map",
                hint=f"ignore it, or map it to another name: {column}=...",
            )
