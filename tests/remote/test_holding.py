"""Who holds a workspace: found by its lock file, served through a socket, told where it serves nothing."""

from __future__ import annotations

import inspect
import os
import socket
import subprocess
import sys
import textwrap
from datetime import UTC
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import satsuma
from satsuma import workspace
from satsuma.record.lock import read_holder
from satsuma.remote.frames import Frame, read_frame, reader_of
from satsuma.remote.served import RULES, served
from satsuma.remote.serving import Serving
from satsuma.remote.values import Packer, Unpacker
from satsuma.segments.gate import Status
from satsuma.server.socket import LocalSocket
from tests.remote.conftest import steady

HOLDER = textwrap.dedent("""
    import sys, time
    from satsuma import workspace
    from satsuma.remote.serving import Serving
    from satsuma.server.socket import LocalSocket
    with workspace.open(sys.argv[1]) as ws:
        ws.upsert("contact", [{"id": "c-1"}])
        if sys.argv[2] == "serve":
            socket = LocalSocket(ws, Serving(ws, lambda: time.monotonic_ns() // 1000))
        print("ready", flush=True)
        sys.stdin.read()
""")


def held(folder: Path, how: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_opening_what_another_process_serves_works_through_it(tmp_path: Path) -> None:
    with held(tmp_path / "shop", "serve") as process:
        with satsuma.open(tmp_path / "shop", actor="notebook") as ws:
            ws.upsert("contact", [{"id": "c-2"}])
            assert ws.sql("SELECT id FROM contact ORDER BY id").to_pylist() == [{"id": "c-1"}, {"id": "c-2"}]
            assert ws.versions()[-1].actor == "notebook"
            assert ws.path == tmp_path / "shop"
        with satsuma.open(tmp_path / "shop") as ws:
            process.kill()
            process.wait()
            with pytest.raises(satsuma.Error) as raised:
                ws.upsert("contact", [{"id": "c-3"}])
            assert raised.value.code == "workspace.unreachable"
        # The socket of the killed process is still named in the lock file; the lock itself is free.
        with satsuma.open(tmp_path / "shop") as ws:
            assert ws.sql("SELECT count(*) AS n FROM contact").to_pylist() == [{"n": 2}]
        with pytest.raises(satsuma.Error) as raised:
            satsuma.connect(tmp_path / "shop")
        assert raised.value.code == "workspace.not_served"


def test_where_the_holder_serves_nothing_it_is_told_who_holds_it(tmp_path: Path) -> None:
    with held(tmp_path / "shop", "hold") as process:
        for way in (satsuma.open, satsuma.connect):
            with pytest.raises(satsuma.Error) as raised:
                way(tmp_path / "shop")
            assert raised.value.code == "workspace.locked"
            assert str(process.pid) in raised.value.message
        assert process.stdin is not None
        process.stdin.close()


def test_opening_takes_what_opening_a_workspace_takes() -> None:
    taken, there = (inspect.signature(one).parameters for one in (satsuma.open, workspace.open))
    assert list(taken) == list(there)
    assert [one.default for one in taken.values()] == [one.default for one in there.values()]


def test_with_a_clock_of_ones_own_a_workspace_is_opened_here_or_not_at_all(own: satsuma.Workspace) -> None:
    with LocalSocket(own, Serving(own, steady)), pytest.raises(satsuma.Error) as raised:
        satsuma.open(own.path, clock=satsuma.ManualClock("2030-01-01"))
    assert raised.value.code == "workspace.locked"


def test_the_socket_is_its_owners_alone_and_gone_when_it_ends(own: satsuma.Workspace) -> None:
    with LocalSocket(own, Serving(own, steady)) as local:
        assert Path(local.path).stat().st_mode & 0o777 == 0o600
        holder = read_holder(own.path)
        assert holder is not None
        assert holder.socket == local.path
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(local.path)
            stranger.sendall(b"\xff" * 16)
            assert stranger.recv(1) == b""
    holder = read_holder(own.path)
    assert holder is not None
    assert holder.socket is None
    assert not Path(local.path).exists()


def test_a_directory_with_a_very_long_name_is_served_too(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    with workspace.open(deep) as ws, LocalSocket(ws, Serving(ws, steady)) as local:
        assert len(os.fsencode(local.path)) <= 100
        with satsuma.connect(deep) as found:
            assert found.version == ws.version
    assert not Path(local.path).parent.exists()


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, UTC])).map(lambda at: at.replace(fold=0)),
    st.times().map(lambda at: at.replace(fold=0)),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.sampled_from(Status),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.dictionaries(st.text(), inner).map(MappingProxyType),
        st.frozensets(st.one_of(st.integers(), st.text(), st.dates())),
    ),
    max_leaves=20,
)


@given(VALUES)
def test_values_come_back_as_what_they_were(value: Any) -> None:
    packer = Packer(lambda _: None)
    frame = Frame(packer.pack(value), packer.parts)
    found = read_frame(reader_of(frame.to_bytes()))
    back = Unpacker(found.parts, lambda tag, _: pytest.fail(tag)).unpack(found.header)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("name", RULES)
def test_every_served_class_has_something_to_serve(name: str) -> None:
    found = served(name)
    assert found.calls | found.reads
    assert not any(name.startswith("_") and not name.startswith("__") for name in found.calls | found.reads)


def test_every_public_part_of_a_workspace_is_served_or_kept_on_purpose(own: satsuma.Workspace) -> None:
    kept = {"engine", "public", "sight", "writer"}  # for those who build on it, not for callers
    parts = {name for name in vars(own) if not name.startswith("_")}
    assert parts - served("satsuma.workspace:Workspace").reads <= kept
