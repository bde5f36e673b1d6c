"""A quick post is answered in every way as its route answers it; what is no plain post its route answers."""

from __future__ import annotations

import base64
import gzip
import json
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.api.ingestion.posts import OPERATIONS, Posts, Told
from satsuma.kernel.clock import SystemClock
from satsuma.kernel.errors import InvariantError
from satsuma.remote.serving import Serving
from satsuma.server.composing import compose
from satsuma.server.protocol import timed
from satsuma.server.settings import Settings
from tests.api.live import live

PATIENCE_S = 30.0
OF_THE_INSTANT = {b"date", b"satsuma-version"}


class Answer(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: Any


class Server:
    """A workspace that is served twice: with quick posts, and without."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.ws = stack.enter_context(satsuma.open(path / "shop"))
        self.key = self.ws.access.keys.create(KeyKind.WRITE, "web", actor="test")[1]
        self.quick_count = 0
        app = compose(self.ws, SystemClock(), Settings(metrics="open"), Serving(self.ws, lambda: 0), None)
        given: Posts = app.state.quick.posts
        take = given.take

        def counted(address: bytes, headers: Mapping[bytes, bytes], body: bytes, told: Told) -> bool:
            is_taken = take(address, headers, body, told)
            self.quick_count += is_taken
            return is_taken

        given.take = counted  # type: ignore[method-assign]
        common = {"lifespan": "off", "server_header": False, "loop": "uvloop"}
        quick = timed(PATIENCE_S, PATIENCE_S, app.state.quick)
        self.quick = stack.enter_context(live(app, http=quick, **common))
        self.plain = stack.enter_context(live(app, http=timed(PATIENCE_S, PATIENCE_S), **common))

    def request(
        self, body: bytes, path: str = "/v1/track", method: str = "POST", ending: str = "", **headers: str
    ) -> bytes:
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        lines = {"Host": "localhost", "Authorization": f"Basic {basic}", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        return f"{method} {path} HTTP/1.{ending or 1}\r\n{head}\r\n".encode() + body

    def counted(self) -> dict[str, float]:
        """Requests answered, by operation and status."""
        request = self.request(b"", "/metrics", "GET")
        with socket.create_connection(_place(self.plain), PATIENCE_S) as connection:
            connection.sendall(request)
            text = _answer(connection.makefile("rb")).body
        return {
            f"{sample.labels['operation']} {sample.labels['status']}": sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "satsuma_requests_total"
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ExitStack() as stack:
        yield Server(tmp_path_factory.mktemp("quick"), stack)


def track(id: str, **more: Any) -> bytes:
    message = {"userId": "c-1", "event": "paid", "messageId": id, "properties": {"amount": 3}, **more}
    return json.dumps(message).encode()


def test_every_route_is_quick(server: Server) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "identify": {"userId": "c-7", "traits": {"city": "Bern"}},
        "track": {"userId": "c-7", "event": "paid"},
        "page": {"userId": "c-7", "name": "Pricing"},
        "screen": {"userId": "c-7", "name": "Basket"},
        "group": {"userId": "c-7", "groupId": "acme"},
        "alias": {"previousId": "a-7", "userId": "c-7"},
        "batch": {"batch": [{"type": "track", "userId": "c-7", "event": "paid"}] * 3},
    }
    assert set(bodies) == set(OPERATIONS.values())
    before, counted = server.quick_count, server.counted()
    for name, body in bodies.items():
        (answer,) = asked(server.quick, server.request(json.dumps(body).encode(), f"/v1/{name}"))
        assert answer.status == 200, answer
        assert answer.body["accepted"] == (3 if name == "batch" else 1), answer
        assert int(answer.headers[b"satsuma-version"]) == answer.body["version"]
        now = server.counted()
        assert now[f"tracking_{name} 200"] == counted.get(f"tracking_{name} 200", 0) + 1
    assert server.quick_count == before + len(bodies)


def test_taken_messages_and_refused_ones_and_those_sent_twice(server: Server) -> None:
    for place, (body, accepted, duplicates, refused) in enumerate(
        [
            (track("twice"), 1, 0, 0),
            (track("twice"), 0, 1, 0),
            (b'{"event": "paid"}', 0, 0, 1),
        ]
    ):
        (quick,) = asked(server.quick, server.request(body))
        (again,) = asked(server.plain, server.request(body))
        assert quick.status == again.status == 200
        found = quick.body
        assert (found["accepted"], found["duplicates"], found["quarantined"]) == (
            accepted,
            duplicates,
            refused,
        )
        if place:  # the first is a duplicate the second time
            assert without_version(quick) == without_version(again)
        assert quick.headers.keys() == again.headers.keys()


def test_what_is_no_plain_post_is_answered_by_its_route(server: Server) -> None:
    packed = gzip.compress(track("packed-1"))
    cases: dict[str, bytes] = {
        "no key": server.request(track("x"), Authorization=""),
        "a wrong key": server.request(track("x"), Authorization="Basic eDo="),
        "no JSON": server.request(b"{"),
        "a list": server.request(b"[]"),
        "no batch": server.request(b"{}", "/v1/batch"),
        "no body": server.request(b""),
        "another host": server.request(track("x"), Host="other.example.com"),
        "another method": server.request(b"", method="GET"),
        "another path": server.request(track("x"), "/v1/nothing"),
        "packed": server.request(packed, Content_Encoding="gzip"),
        "packed wrongly": server.request(b"x" + packed, Content_Encoding="gzip"),
        "a query": server.request(track("query-1"), "/v1/track?x=1"),
        "the older protocol": server.request(track("old-1"), ending="0"),
        "the last one": server.request(track("last-1"), Connection="close"),
    }
    before = server.quick_count
    for name, request in cases.items():
        (answer,) = asked(server.quick, request)
        (again,) = asked(server.plain, request.replace(b"-1", b"-2"))
        if name not in ("packed", "packed wrongly"):
            assert without_version(answer) == without_version(again), name
        assert answer.status == again.status, name
        assert answer.headers.keys() == again.headers.keys(), name
    assert server.quick_count == before


def test_a_post_in_pieces_is_answered_wherever_it_is_cut(server: Server) -> None:
    request = server.request(track("pieces-00"))
    for place in range(1, len(request), 17):
        with socket.create_connection(_place(server.quick), PATIENCE_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            whole = request.replace(b"pieces-00", b"pieces-%02d" % (place // 17))
            connection.sendall(whole[:place])
            time.sleep(0.005)
            connection.sendall(whole[place:])
            answer = _answer(connection.makefile("rb"))
        assert (answer.status, answer.body["accepted"]) == (200, 1), place


def test_many_posts_of_one_connection_are_answered_in_order(server: Server) -> None:
    requests = [server.request(track(f"order-{n}")) for n in range(4)]
    requests[2] = server.request(b"{")
    found = asked(server.quick, *requests)
    assert [answer.status for answer in found] == [200, 200, 400, 200]
    versions = [answer.body["version"] for answer in found if answer.status == 200]
    assert versions == sorted(versions)


def test_who_hangs_up_is_counted_and_the_message_is_taken(server: Server) -> None:
    with server.ws.writer.turn(), socket.create_connection(_place(server.quick), PATIENCE_S) as connection:
        before, counted = server.quick_count, server.counted().get("tracking_track 200", 0)
        connection.sendall(server.request(track("gone")))
        until(lambda: server.quick_count == before + 1)
    until(lambda: server.counted()["tracking_track 200"] == counted + 1)
    assert server.ws.sql("SELECT count(*) AS n FROM paid WHERE id = 'gone'")["n"].to_pylist() == [1]


def test_a_fault_of_our_own_is_told_as_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise InvariantError("broken")

    monkeypatch.setattr(server.ws.writer, "commit", faulty)
    (quick,) = asked(server.quick, server.request(track("fault")))
    (plain,) = asked(server.plain, server.request(track("fault")))
    assert quick.status == plain.status >= 500
    assert without_version(quick) == without_version(plain)


def test_a_server_that_stops_answers_what_is_under_way_and_ends(tmp_path: Path) -> None:
    with ExitStack() as outer, ExitStack() as serving:
        server = Server(tmp_path, serving)
        connection = outer.enter_context(socket.create_connection(_place(server.quick), PATIENCE_S))
        with server.ws.writer.turn():
            connection.sendall(server.request(track("last")))
            until(lambda: server.quick_count == 1)
            stopping = Thread(target=serving.close)
            stopping.start()
            until(lambda: not is_served(server.quick))
            time.sleep(0.2)  # connections are told after that nobody is let in
        answer = _answer(connection.makefile("rb"))
        assert (answer.status, answer.body["accepted"]) == (200, 1)
        assert answer.headers[b"connection"] == b"close"
        stopping.join(PATIENCE_S)
        assert not stopping.is_alive()


def is_served(address: str) -> bool:
    try:
        socket.create_connection(_place(address), PATIENCE_S).close()
    except OSError:
        return False
    return True


def without_version(answer: Answer) -> Answer:
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_INSTANT}
    headers.pop(b"content-length", None)
    body = {**answer.body} if isinstance(answer.body, dict) else answer.body
    if isinstance(body, dict):
        body.pop("version", None)
    return Answer(answer.status, headers, body)


def until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def asked(address: str, *requests: bytes) -> list[Answer]:
    """The answers to requests that are sent at once, over one connection."""
    with socket.create_connection(_place(address), PATIENCE_S) as connection:
        connection.sendall(b"".join(requests))
        stream = connection.makefile("rb")
        return [_answer(stream) for _ in requests]


def _place(address: str) -> tuple[str, int]:
    return "127.0.0.1", int(address.rpartition(":")[2])


def _answer(stream: Any) -> Answer:
    status = int(re.match(rb"HTTP/1.1 (\d+) ", stream.readline())[1])  # type: ignore[index]
    headers: dict[bytes, bytes] = {}
    while (line := stream.readline().strip()) and b": " in line:
        name, _, value = line.partition(b": ")
        assert name not in headers, line
        headers[name] = value
    body = stream.read(int(headers[b"content-length"]))
    is_json = b"json" in headers.get(b"content-type", b"")
    return Answer(status, headers, json.loads(body) if is_json else body.decode())
