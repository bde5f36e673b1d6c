"""The webhooks of a workspace: made, changed, paused and resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from satsuma.commit.changes import Place
from satsuma.commit.writer import Writer
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.record import definitions
from satsuma.record.change import Change
from satsuma.record.store import Record
from satsuma.sync.webhooks import tables
from satsuma.sync.webhooks.sending import check_url
from satsuma.sync.webhooks.signing import SECRET_BYTES, secret_of
from satsuma.sync.webhooks.tables import Delivery, Webhook, WebhookState

WEBHOOKS_MAX = 100  # each reads all changes for itself
CHANGES = ("entered", "left")
ALL = object()
"""For `change`: leave as it is."""


class Webhooks:
    """`ws.webhooks`."""

    def __init__(
        self, record: Record, writer: Writer, clock: Clock, randomness: Callable[[int], bytes], actor: str
    ) -> None:
        self._record = record
        self._writer = writer
        self._clock = clock
        self._randomness = randomness
        self._actor = actor

    def list(self) -> list[Webhook]:
        """All endpoints, by id."""
        with self._record.cursor() as cursor:
            return tables.all_webhooks(cursor)

    def __getitem__(self, id: int) -> Webhook:
        """The endpoint of an id; NotFoundError where there is none."""
        return _by_id(self.list(), id)

    def create(
        self,
        url: str,
        *,
        segments: Iterable[str | int] | None = None,
        changes: Iterable[str] = CHANGES,
        name: str | None = None,
    ) -> Webhook:
        """Make an endpoint; it is told of what changes from now on.

        Args:
            url: Where to post to.
            segments: By name or id; None for all segments, those to come too.
            changes: `entered`, `left`, or both.
            name: For people; default its host.

        Raises:
            UsageError: Not an address, or not such changes.
            NotFoundError: There is no such segment.
            ConflictError: There are WEBHOOKS_MAX already.
        """
        check_url(url)
        wanted, title = _changes(changes), check_name(name or url.split("/")[2][:120])
        secret = secret_of(self._randomness(SECRET_BYTES))

        def work(change: Change) -> Webhook:
            if len(tables.all_webhooks(change.connection)) >= WEBHOOKS_MAX:
                raise ConflictError(f"there are {WEBHOOKS_MAX} webhooks already", code="webhook.many")
            made = Webhook(
                change.memory.counters.take(tables.COUNTER) + 1,
                title,
                url,
                secret,
                _ids(change, segments),
                wanted,
                WebhookState.ACTIVE,
                None,
                0,
                None,
                Place(change.version),
                change.at,
                self._actor,
            )
            tables.put(change, made)
            tables.note_uses(change, made)
            return made

        return self._commit(work, "create webhook")

    def change(
        self,
        id: int,
        *,
        url: str | None = None,
        segments: object = ALL,
        changes: Iterable[str] | None = None,
        name: str | None = None,
    ) -> Webhook:
        """Change an endpoint; what is not given stays. `segments=None` means all."""
        if url is not None:
            check_url(url)

        def edit(change: Change, one: Webhook) -> Webhook:
            return replace(
                one,
                url=url or one.url,
                name=check_name(name) if name is not None else one.name,
                changes=one.changes if changes is None else _changes(changes),
                segments=one.segments if segments is ALL else _ids(change, segments),  # type: ignore[arg-type]
            )

        return self._edited(id, edit, "change webhook")

    def pause(self, id: int) -> Webhook:
        """Tell it nothing until it is resumed."""
        return self._edited(
            id, lambda _, one: replace(one, state=WebhookState.PAUSED, next_at=None), "pause webhook"
        )

    def resume(self, id: int, *, skip: bool = False) -> Webhook:
        """Go on where it stopped, at once.

        Args:
            id: Of the endpoint.
            skip: Leave out what has changed until now.
        """

        def edit(change: Change, one: Webhook) -> Webhook:
            place = Place(change.version) if skip else one.place
            return replace(one, state=WebhookState.ACTIVE, reason=None, attempts=0, next_at=None, place=place)

        return self._edited(id, edit, "resume webhook")

    def delete(self, id: int) -> None:
        """Remove an endpoint and its log."""

        def work(change: Change) -> None:
            _by_id(tables.all_webhooks(change.connection), id)
            tables.remove(change, id)
            tables.clear_log(change, id)

        self._commit(work, "delete webhook")

    def deliveries(self, id: int, *, before: int | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Attempts to deliver to an endpoint, the latest first; those with ids below `before`."""
        with self._record.cursor() as cursor:
            _by_id(tables.all_webhooks(cursor), id)
            return tables.log(cursor, id, before=before, limit=limit)

    def note(self, told: Webhook, deliveries: Sequence[Delivery]) -> Webhook | None:
        """Store where an endpoint stands after deliveries, and log them; for the worker.

        What people have changed meanwhile stays: its state, and its place if they skipped. None where it has
        been deleted.
        """

        def work(change: Change) -> Webhook | None:
            one = next((one for one in tables.all_webhooks(change.connection) if one.id == told.id), None)
            if one is None:
                return None
            now = replace(one, place=max(one.place, told.place))
            if one.state is WebhookState.ACTIVE:
                now = replace(
                    now, state=told.state, reason=told.reason, attempts=told.attempts, next_at=told.next_at
                )
            tables.put(change, now)
            tables.write_log(change, told.id, deliveries)
            return now

        return self._writer.commit(work, actor="webhooks", kind="webhooks", detail="deliveries").result

    def _edited(self, id: int, edit: Callable[[Change, Webhook], Webhook], detail: str) -> Webhook:
        def work(change: Change) -> Webhook:
            edited = edit(change, _by_id(tables.all_webhooks(change.connection), id))
            tables.put(change, edited)
            tables.note_uses(change, edited)
            return edited

        return self._commit(work, detail)

    def _commit(self, work: Callable[[Change], Webhook | None], detail: str) -> Webhook:
        committed = self._writer.commit(work, actor=self._actor, kind="definition", detail=detail)
        return committed.result  # type: ignore[return-value]  # only deleting gives none, and nobody reads it


def _by_id(found: Iterable[Webhook], id: int) -> Webhook:
    for one in found:
        if one.id == id:
            return one
    raise NotFoundError(f"no webhook {id}", code="not_found.webhook")


def _changes(given: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(sorted(set(given)))
    if not wanted or set(wanted) - set(CHANGES):
        raise UsageError(f"found the changes {', '.join(wanted) or 'none'}", hint="entered, left, or both")
    return wanted


def _ids(change: Change, given: Iterable[str | int] | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    rows = list(definitions.segments(change.connection))
    found: dict[int, None] = {}
    for ref in [given] if isinstance(given, str | int) else given:
        row = next((row for row in rows if row.id == ref or fold(row.name) == fold(str(ref))), None)
        if row is None:
            hint = did_you_mean(str(ref), [row.name for row in rows])
            raise NotFoundError(f"no segment “{ref}”", code="not_found.segment", hint=hint)
        found[row.id] = None
    if not found:
        raise UsageError("found no segments", hint="name one, or None for all")
    return tuple(found)
