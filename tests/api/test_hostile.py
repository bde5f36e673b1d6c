"""Hostile input: what nobody should send is refused, with a problem, and changes nothing."""

from __future__ import annotations

import csv
import gzip
import io
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pyarrow as pa
import pytest

from satsuma.access.roles import Role
from satsuma.api.app import AppSettings
from satsuma.api.routing import PLAIN_BODY_BYTES_MAX
from satsuma.kernel.limits import REQUEST_BYTES_MAX
from tests.api.shop import Shop, problem, shop

UPLOAD_BYTES_MAX = 40 * 1024 * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    told = AppSettings(requests_per_minute=0, body_time_s=1.0, upload_bytes_max=UPLOAD_BYTES_MAX)
    with shop(tmp_path_factory.mktemp("hostile"), told, contacts=4) as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Shop) -> Iterator[httpx.Client]:
    with served.by_key(Role.ADMIN) as found:
        yield found


JSON = {"Content-Type": "application/json"}


def test_a_body_beyond_the_limit_is_refused(client: httpx.Client) -> None:
    large = json.dumps({"where": "x" * PLAIN_BODY_BYTES_MAX}).encode()
    assert problem(client.post("/segments:preview", content=large, headers=JSON))["status"] == 413
    assert (
        problem(client.post("/records/contact", content=b" " * (REQUEST_BYTES_MAX + 1), headers=JSON))[
            "status"
        ]
        == 413
    )


def test_a_body_that_says_it_is_beyond_the_limit_is_not_read(served: Shop) -> None:
    where = urlsplit(served.address)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as connection:
        head = (
            f"POST /api/v1/uploads?name=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**12}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(200)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"where":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"where": {"not": ' * 200 + b"1" + b"}}" * 200,
        b'{"where": NaN}',
        b'{"where": 1e999}',
        b'{"where": "\\ud800"}',
        b"\xff\xfe",
        b'{"where": "a"',
        b"where=a",
        b'{"where": "a"} x',
    ],
)
def test_json_that_is_none_or_too_deep_is_refused(client: httpx.Client, body: bytes) -> None:
    found = problem(client.post("/segments:preview", content=body, headers=JSON))
    assert found["status"] in (400, 422)


@pytest.mark.parametrize("value", [None, 1, [], {}, True, "x" * 200, "\u0000", "a\nb", " ", "\u202e"])
def test_names_that_are_none_are_refused(client: httpx.Client, value: object) -> None:
    found = problem(client.post("/segments", json={"name": value, "where": "age > 1"}))
    assert found["status"] == 422


def test_a_definition_that_is_deep_is_refused_with_its_place(client: httpx.Client) -> None:
    deep: object = {"attribute": "age", "op": ">", "value": 1}
    for _ in range(40):
        deep = {"not": deep}
    found = client.post("/segments:preview", json={"where": deep})
    assert found.status_code == 200
    assert found.json()["problems"][0]["code"] == "form.too_deep"


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(client: httpx.Client) -> None:
    bomb = gzip.compress(b"0" * (REQUEST_BYTES_MAX + 1024), 9)
    assert len(bomb) < 100_000
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert problem(client.post("/records/contact", content=bomb, headers=headers))["status"] == 413
    cut = gzip.compress(b'{"rows": []}')[:-4]
    assert problem(client.post("/records/contact", content=cut, headers=headers))["status"] == 400
    strange = {**JSON, "Content-Encoding": "br"}
    assert problem(client.post("/records/contact", content=b"x", headers=strange))["status"] == 415


def test_packed_rows_and_rows_of_every_kind_are_taken(client: httpx.Client) -> None:
    rows = [{"id": "c-gzip", "city": "Bern"}]
    packed = gzip.compress(json.dumps({"rows": rows}).encode())
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert client.post("/records/contact", content=packed, headers=headers).json()["accepted"] == 1
    lines = b'{"id": "c-lines"}\n\n{"id": "c-lines-2"}\n'
    headers = {"Content-Type": "application/x-ndjson"}
    assert client.post("/records/contact", content=lines, headers=headers).json()["accepted"] == 2
    sink = io.BytesIO()
    table = pa.table({"id": ["c-arrow"], "age": [3]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    headers = {"Content-Type": "application/vnd.apache.arrow.stream"}
    assert client.post("/records/contact", content=sink.getvalue(), headers=headers).json()["accepted"] == 1
    broken = sink.getvalue()[: len(sink.getvalue()) // 2]
    assert problem(client.post("/records/contact", content=broken, headers=headers))["status"] == 400
    assert client.get("/contacts/c-arrow").json()["values"] == {"age": 3}


INJECTIONS = [
    "'; DROP TABLE segments; --",
    '" OR 1=1 --',
    "x') UNION SELECT password FROM people --",
    "%' OR '1'='1",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "../../etc/passwd",
    "a/b",
    "\\",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_is_text_wherever_it_stands(client: httpx.Client, text: str) -> None:
    made = client.post("/segments", json={"name": text, "kind": "static", "tags": [text]})
    assert made.status_code == 201, made.text
    assert made.json()["name"] == text
    assert [one["name"] for one in client.get("/segments", params={"search": text}).json()["items"]] == [text]
    client.post("/records/contact", json={"rows": [{"id": text, "city": text}]})
    quoted = text.replace("%", "%25").replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
    assert client.get(f"/contacts/{quoted}").json()["values"] == {"city": text}
    values = client.get("/catalog/contact/attributes/city/values", params={"prefix": text}).json()["items"]
    assert [one["value"] for one in values] == [text]
    assert client.get("/contacts", params={"sort": text}).status_code == 422
    assert client.get(f"/records/{quoted}").status_code == 404
    assert client.get("/status").status_code == 200
    client.delete(f"/records/contact/{quoted}")


def test_cells_that_look_like_formulas_are_no_formulas_in_exports(served: Shop, client: httpx.Client) -> None:
    evil = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0"]
    rows = [{"id": f"x-{place}", "city": text, "tier": "gold"} for place, text in enumerate(evil)]
    client.post("/records/contact", json={"rows": rows})
    picked = client.post("/segments", json={"name": "Evil", "kind": "static"}).json()["id"]
    client.post(f"/segments/{picked}/members:add", json={"keys": [row["id"] for row in rows]})
    served.ws.segments.go_live(["Evil"])
    text = client.get(f"/segments/{picked}/members/export", params={"columns": "city"}).text
    cells = [row[1] for row in csv.reader(io.StringIO(text))][1:]
    assert sorted(cells) == sorted(f"'{one}" for one in evil)


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/records/contact/..%2f..%2fetc%2fpasswd",
        "/records/contact/%2e%2e",
        "/contacts/a%00b",
        "//contacts",
        "/segments/1;DROP",
        "/segments/-1",
        "/segments/99999999999999999999",
        "/segments/1e3",
        "/records/%F0%9F%8D%8A",
    ],
)
def test_addresses_of_nothing_lead_nowhere(client: httpx.Client, path: str) -> None:
    assert problem(client.get(path))["status"] in (400, 404, 422)


@pytest.mark.parametrize(
    "name", ["../../x.csv", "..\\x.csv", "/etc/cron.d/x.csv", "a\u0000.csv", ".csv", "x.exe", "x"]
)
def test_uploads_stay_in_their_folder(served: Shop, client: httpx.Client, name: str) -> None:
    answer = client.post("/uploads", params={"name": name}, content=b"id\n1\n")
    if answer.status_code == 201:
        found = list((served.ws.path / "uploads").glob(f"{answer.json()['id']}/*"))
        assert len(found) == 1
        assert found[0].read_bytes() == b"id\n1\n"
    else:
        assert problem(answer)["status"] in (400, 422)
    assert (
        problem(client.post("/imports:plan", json={"upload_ids": ["../.."], "entity": "contact"}))["status"]
        == 404
    )


def test_a_file_beyond_the_limit_is_refused_and_not_kept(served: Shop, client: httpx.Client) -> None:
    before = set((served.ws.path / "uploads").glob("*"))

    def parts() -> Iterator[bytes]:
        for _ in range(UPLOAD_BYTES_MAX // 1_000_000 + 2):
            yield b"0" * 1_000_000

    answer = client.post("/uploads", params={"name": "large.csv"}, content=parts())
    assert problem(answer)["status"] == 413
    assert set((served.ws.path / "uploads").glob("*")) == before


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil:80", "[::2]"])
def test_the_server_answers_to_its_own_names_only(client: httpx.Client, host: str) -> None:
    assert problem(client.get("/health", headers={"Host": host}))["code"] == "request.host"


def test_a_body_that_does_not_arrive_is_given_up_on(served: Shop) -> None:
    where = urlsplit(served.address)
    begun = time.monotonic()
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=15) as connection:
        connection.sendall(
            b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Content-Length: 1000\r\n\r\n{"email": '
        )
        answer = connection.recv(4_000)
    assert time.monotonic() - begun < 10
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"408", b"422")


def test_requests_of_other_sites_are_refused(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as admin:
        body = {"name": "forged", "kind": "static"}
        token = admin.headers.pop("X-CSRF-Token")
        assert problem(admin.post("/segments", json=body))["code"] == "access.csrf"
        assert (
            problem(admin.post("/segments", json=body, headers={"X-CSRF-Token": "0" * 64}))["status"] == 403
        )
        bearing = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
        assert problem(admin.post("/segments", json=body, headers=bearing))["code"] == "access.origin"
        form = admin.post("/segments", data={"name": "forged"}, headers={"X-CSRF-Token": token})
        assert problem(form)["status"] == 415
        ours = {"X-CSRF-Token": token, "Origin": served.address}
        assert admin.post("/segments", json=body, headers=ours).status_code == 201


def test_answers_tell_browsers_to_believe_their_type(client: httpx.Client) -> None:
    headers = client.get("/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers
