"""Webhooks: signed, in order, again after failures, from where they stopped, to no private address."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.commit.changes import Place
from satsuma.sync.webhooks.sending import Sender, check_url
from satsuma.sync.webhooks.worker import PAUSES_S, Worker
from tests.sync.receiving import LOOPBACK, Receiver, receiver

US = 1_000_000


@pytest.fixture
def clock() -> satsuma.SystemClock:
    """Receivers refuse signatures that are not of now."""
    return satsuma.SystemClock()


@pytest.fixture
def ws(tmp_path: Path, clock: satsuma.SystemClock) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop", clock=clock) as found:
        found.upsert("contact", [{"id": "c-1", "city": "Bern"}, {"id": "c-2", "city": "Rom"}])
        for city in ("Bern", "Rom"):
            found.segments.create(city, where=f'city is "{city}"').go_live()
        yield found


@pytest.fixture
def worker(ws: satsuma.Workspace) -> Iterator[Worker]:
    found = ws.webhook_worker(allowed=LOOPBACK)
    yield found
    found.stop()


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def move(ws: satsuma.Workspace, key: str, city: str | None) -> None:
    ws.upsert("contact", [{"id": key, "city": city}])


def test_what_changes_is_told_signed_and_in_order(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    hook = ws.webhooks.create(to.url)
    to.secret = hook.secret
    move(ws, "c-1", "Rom")
    move(ws, "c-3", "Bern")
    move(ws, "c-1", None)
    worker.deliver()
    assert to.told() == [
        ("Bern", "left", ["c-1"]),
        ("Rom", "entered", ["c-1"]),
        ("Bern", "entered", ["c-3"]),
        ("Rom", "left", ["c-1"]),
    ]
    _, first = to.taken[0]
    assert first["data"]["audience"] == "contact"
    assert first["data"]["version"] == ws.segments["Bern"].changes()["version"].to_pylist()[1]
    worker.deliver()
    assert len(to.came) == 4
    log = ws.webhooks.deliveries(hook.id)
    assert [(one.status, one.attempt, one.count, one.error) for one in log] == [(204, 1, 1, None)] * 4
    assert "c-1" not in repr(log)


def test_an_endpoint_is_told_of_its_segments_and_changes_only(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    to.secret = ws.webhooks.create(to.url, segments=["rom"], changes=["entered"]).secret
    move(ws, "c-1", "Rom")
    move(ws, "c-1", "Bern")
    worker.deliver()
    assert to.told() == [("Rom", "entered", ["c-1"])]
    [hook] = ws.webhooks.list()
    assert hook.place.version > 0
    worker.deliver()
    assert len(to.came) == 1


def test_many_who_change_at_once_are_told_in_few_messages_each_once(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    to.secret = ws.webhooks.create(to.url, segments=["Bern"]).secret
    keys = [f"k-{number:04}" for number in range(1_234)]
    ws.upsert("contact", [{"id": key, "city": "Bern"} for key in keys])
    worker.deliver()
    told = [key for _, change, found in to.told() for key in found if change == "entered"]
    assert sorted(told) == keys
    assert len(to.taken) == 3
    assert len({id for id, _ in to.taken}) == 3


def test_a_failed_message_comes_again_after_ever_longer_pauses_under_the_same_id(
    ws: satsuma.Workspace, worker: Worker, clock: satsuma.SystemClock, to: Receiver
) -> None:
    hook = ws.webhooks.create(to.url)
    to.secret = hook.secret
    to.answers = [(500, {}), (503, {"retry-after": "600"}), (302, {"location": "/other"})]
    move(ws, "c-1", "Rom")
    for pause_s in (PAUSES_S[0], 600, PAUSES_S[2]):
        worker.deliver()
        came, next_at = len(to.came), ws.webhooks[hook.id].next_at
        assert next_at is not None
        assert pause_s - 5 < (next_at - clock.now()) / US <= pause_s
        worker.deliver()
        assert len(to.came) == came
        end_pause(ws, hook.id)
    worker.deliver()
    assert to.told() == [("Bern", "left", ["c-1"]), ("Rom", "entered", ["c-1"])]
    assert len({id for id, _ in to.came[:4]}) == 1
    assert [one.status for one in reversed(ws.webhooks.deliveries(hook.id))] == [500, 503, 302, 204, 204]
    assert ws.webhooks[hook.id].attempts == 0


def end_pause(ws: satsuma.Workspace, id: int) -> None:
    ws.webhooks.note(replace(ws.webhooks[id], next_at=0), [])


def test_one_that_fails_for_good_keeps_its_place_and_goes_on_there_when_resumed(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    hook = ws.webhooks.create(to.url)
    to.secret = hook.secret
    to.answers = [(500, {})] * (len(PAUSES_S) + 1)
    move(ws, "c-1", "Rom")
    for _ in range(len(PAUSES_S) + 1):
        worker.deliver()
        end_pause(ws, hook.id)
    found = ws.webhooks[hook.id]
    assert (found.state, found.reason) == ("failed", "the endpoint answered 500")
    move(ws, "c-2", "Bern")
    worker.deliver()
    assert to.taken == []
    ws.webhooks.resume(hook.id)
    worker.deliver()
    assert [change for _, change, _ in to.told()] == ["left", "entered", "entered", "left"]


def test_one_that_is_gone_is_not_called_again(ws: satsuma.Workspace, worker: Worker, to: Receiver) -> None:
    hook = ws.webhooks.create(to.url)
    to.secret = hook.secret
    to.answers = [(410, {})]
    move(ws, "c-1", "Rom")
    worker.deliver()
    worker.deliver()
    assert (len(to.came), ws.webhooks[hook.id].state) == (1, "failed")


def test_a_paused_one_misses_nothing_unless_it_skips(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    hook = ws.webhooks.create(to.url, segments=["Rom"])
    to.secret = hook.secret
    ws.webhooks.pause(hook.id)
    move(ws, "c-1", "Rom")
    worker.deliver()
    assert to.came == []
    ws.webhooks.resume(hook.id)
    worker.deliver()
    assert to.told() == [("Rom", "entered", ["c-1"])]
    ws.webhooks.pause(hook.id)
    move(ws, "c-1", "Bern")
    ws.webhooks.resume(hook.id, skip=True)
    worker.deliver()
    assert len(to.came) == 1


def test_places_outlive_the_process(tmp_path: Path, to: Receiver) -> None:
    with satsuma.open(tmp_path / "w") as ws:
        ws.upsert("contact", [{"id": "c-1", "city": "Bern"}])
        ws.segments.create("Bern", where='city is "Bern"').go_live()
        to.secret = ws.webhooks.create(to.url).secret
        move(ws, "c-2", "Bern")
        worker = ws.webhook_worker(allowed=LOOPBACK)
        worker.deliver()
        worker.stop()
        move(ws, "c-3", "Bern")
    with satsuma.open(tmp_path / "w") as ws:
        worker = ws.webhook_worker(allowed=LOOPBACK)
        worker.deliver()
        worker.stop()
    assert to.told() == [("Bern", "entered", ["c-2"]), ("Bern", "entered", ["c-3"])]


def test_the_worker_delivers_by_itself_and_a_slow_endpoint_holds_up_nobody_else(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    to.secret = ws.webhooks.create(to.url, segments=["Rom"]).secret
    ws.webhooks.create("http://127.0.0.1:9/refuses")
    worker.start()
    move(ws, "c-1", "Rom")
    end = time.monotonic() + 10
    while not to.taken and time.monotonic() < end:
        time.sleep(0.02)
    assert to.told() == [("Rom", "entered", ["c-1"])]


def test_of_a_record_that_is_gone_nothing_is_told(
    ws: satsuma.Workspace, worker: Worker, to: Receiver
) -> None:
    to.secret = ws.webhooks.create(to.url).secret
    move(ws, "c-9", "Rom")
    ws.delete("contact", ["c-9"])
    worker.deliver()
    assert to.came == []


def test_a_test_message_is_sent_at_once(ws: satsuma.Workspace, worker: Worker, to: Receiver) -> None:
    hook = ws.webhooks.create(to.url)
    to.secret = hook.secret
    assert worker.test(hook.id).status == 204
    assert to.came[0][1]["type"] == "webhook.test"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1"),
        *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a01:203", "2002:7f00:1::", "224.0.0.1"),
        *("255.255.255.255", "::", "ff02::1", "192.0.2.1"),
    ],
)
def test_addresses_that_are_not_public_are_not_called(address: str) -> None:
    def resolve(_: str, __: int) -> Collection[str]:
        return ["93.184.216.34", address]

    sender = Sender(resolve=resolve)
    answer = sender.post("https://hooks.example/x", b"{}", {})
    sender.close()
    assert answer.status is None
    assert "not public and not allowed" in str(answer.error)


def test_the_connection_goes_to_the_address_that_was_checked(to: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, _: int) -> Collection[str]:
        asked.append(host)
        return ["127.0.0.1"]

    sender = Sender(LOOPBACK, resolve=resolve)
    port = to.url.split(":")[2].split("/")[0]
    answer = sender.post(f"http://hooks.example:{port}/hook", b"{}", {})
    sender.close()
    # It has reached the receiver, which cuts off what is not signed.
    assert asked == ["hooks.example"]
    assert "RemoteProtocolError" in str(answer.error)


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://x/", "http://", "https://user:secret@x/", "javascript:alert(1)", "http://x:0/"),
        *("http://[::1/", "http://x\n/", "http://bücher.example/", "http://" + "x" * 3_000),
    ],
)
def test_what_is_no_address_of_an_endpoint_is_refused(ws: satsuma.Workspace, url: str) -> None:
    with pytest.raises(satsuma.Error) as raised:
        ws.webhooks.create(url)
    assert raised.value.code == "webhook.url"


def test_a_segment_tells_who_listens_to_it_and_is_not_taken_from_them(
    ws: satsuma.Workspace, to: Receiver
) -> None:
    hook = ws.webhooks.create(to.url, segments=["Bern"], name="Shop floor")
    other = ws.webhooks.create(to.url, name="All of them")
    assert [(one.kind, one.name) for one in ws.segments["Bern"].related().used_by] == [
        ("webhook", "Shop floor")
    ]
    assert ws.segments["Rom"].related().used_by == ()
    for command in (ws.segments["Bern"].stop, ws.segments["Bern"].delete):
        with pytest.raises(satsuma.Error) as refused:
            command()
        assert refused.value.code in ("segment.used", "segment.state")
    with pytest.raises(satsuma.Error, match="it is used by webhook “Shop floor”"):
        ws.segments["Bern"].stop()
    ws.segments["Rom"].stop()
    ws.webhooks.change(hook.id, segments=["Bern", "Rom"])
    ws.webhooks.change(hook.id, segments=["Rom"])
    ws.segments["Bern"].stop()
    ws.webhooks.change(hook.id, segments=None)
    assert ws.segments["Rom"].related().used_by == ()
    ws.webhooks.change(hook.id, segments=["Rom"])
    assert len(ws.segments["Rom"].related().used_by) == 1
    ws.webhooks.delete(hook.id)
    ws.webhooks.delete(other.id)
    assert ws.segments["Rom"].related().used_by == ()
    ws.segments["Rom"].delete()


def test_a_segment_ends_at_its_time_whoever_listens(tmp_path: Path, to: Receiver) -> None:
    with satsuma.open(tmp_path / "other", clock=satsuma.ManualClock("2026-01-01T00:00:00Z")) as ws:
        ws.upsert("contact", [{"id": "c-1", "city": "Bern"}])
        spring = ws.segments.create("Spring", where='city is "Bern"')
        spring.go_live()
        spring.schedule(ends_at="2026-03-01T00:00:00Z")
        ws.webhooks.create(to.url, segments=["Spring"])
        ws.advance(to="2026-03-02T00:00:00Z")
        assert ws.segments["Spring"].status == "draft"


def test_wrong_use_is_told(ws: satsuma.Workspace) -> None:
    with pytest.raises(satsuma.Error, match="no segment “Brn”"):
        ws.webhooks.create("https://x.example/", segments=["Brn"])
    with pytest.raises(satsuma.Error, match="found the changes"):
        ws.webhooks.create("https://x.example/", changes=["moved"])
    with pytest.raises(satsuma.Error, match="no webhook 9"):
        ws.webhooks.pause(9)
    hook = ws.webhooks.create("https://x.example/", name="shop")
    changed = ws.webhooks.change(hook.id, segments=["Bern"], changes=["left"])
    assert (changed.segments, changed.changes, changed.url) == (
        (ws.segments["Bern"].id,),
        ("left",),
        "https://x.example/",
    )
    assert ws.webhooks.change(hook.id, segments=None).segments is None
    assert hook.secret not in repr(hook)
    ws.webhooks.delete(hook.id)
    assert ws.webhooks.list() == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["Bern", "Rom", None])), max_size=12), st.data())
def test_however_changes_are_read_they_are_all_there_once_and_in_order(
    moves: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, satsuma.open(folder) as ws:
        ws.upsert("contact", [{"id": "c-0", "city": "Bern"}])
        for city in ("Bern", "Rom"):
            ws.segments.create(city, where=f'city is "{city}"').go_live()
        for number, where in moves:
            move(ws, f"c-{number}", where)
        whole = ws.changes.read(Place(0), limit=10_000)
        expected = [
            (version, name, row["member"], row["change"])
            for name in ("Bern", "Rom")
            for row in ws.segments[name].changes().to_pylist()
            for version in (row["version"],)
        ]
        assert sorted((one.version, one.name, one.key, one.change) for one in whole) == sorted(expected)
        parts: list[Any] = []
        place = Place(0)
        while found := ws.changes.read(place, limit=data.draw(st.integers(1, 3))):
            parts += found
            place = found[-1].place
        assert parts == list(whole)
        assert [one.place for one in whole] == sorted(one.place for one in whole)
        assert ws.changes.read(ws.changes.end, limit=1) == ()


@given(st.text(max_size=40))
def test_check_url_never_fails_in_another_way(text: str) -> None:
    for url in (text, f"http://{text}"):
        with suppress(satsuma.Error):
            check_url(url)
