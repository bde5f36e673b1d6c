"""Which column is what: keys, members, times, types, names; and options that do not fit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.errors import Error, UsageError
from satsuma.sync.options import ImportOptions
from satsuma.sync.times import read_times
from tests.sync import support


def _write(folder: Path, text: str, name: str = "rows.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_columns_become_keys_attributes_or_nothing(tmp_path: Path) -> None:
    file = _write(tmp_path, "mail,Stadt,secret,since\na@b.c,Bonn,x,31.12.2025\n")
    options = ImportOptions(
        key="mail",
        map={"Stadt": "city"},
        ignore=frozenset({"secret"}),
        observed_at="since",
        time_format="%d.%m.%Y",
    )
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "contact", options))
        assert shop.query("SELECT * FROM contact") == [{"id": "a@b.c", "city": "Bonn"}]
        [history] = support.contents(shop.record)["contact history"]
        assert datetime(2025, 12, 31) in history  # noqa: DTZ001


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_mixed_interactions_go_to_the_type_that_their_column_names(tmp_path: Path, suffix: str) -> None:
    rows: list[dict[str, object]] = [
        {"what": "visit", "who": "c-1", "when": "1767225600", "url": "/a"},
        {"what": "purchase", "who": "c-2", "when": "1767225601", "amount": "3"},
        {"what": None, "who": "c-3", "when": "1767225602", "url": "/c"},
        {"what": "visit", "who": "c-2", "when": "soon", "url": "/d"},
        {"what": "visit", "who": "c-2", "when": "1767225604", "url": "/e"},
    ]
    columns = ["what", "who", "when", "url", "amount"]
    write = support.write_csv if suffix == "csv" else support.write_jsonl
    file = write(tmp_path / f"rows.{suffix}", columns, rows)
    options = ImportOptions(type_column="what", member="who", occurred_at="when", time_format="epoch_s")
    with support.shop(tmp_path / "ws") as shop:
        report = shop.importer.run(shop.importer.plan([file], None, options))
        assert (report.accepted, report.quarantined) == (3, 2)
        visits = shop.query("SELECT contact, url, occurred_at, id FROM visit ORDER BY occurred_at")
        assert [(row["contact"], row["url"]) for row in visits] == [("c-1", "/a"), ("c-2", "/e")]
        assert visits[0]["occurred_at"] == datetime(2026, 1, 1)  # noqa: DTZ001
        assert [int(row["id"].rpartition("-")[2]) for row in visits] == [0, 4]
        refused = {(row.code, row.target, row.position) for row in shop.record.quarantine()}
        assert refused == {("type.missing", "", 2), ("value.time", "", 3)}


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        (ImportOptions(key="mial"), "usage.column", "did you mean 'mail'?"),
        (ImportOptions(map={"citty": "x"}), "usage.column", "did you mean 'city'?"),
        (ImportOptions(ignore=frozenset({"cit"})), "usage.column", "did you mean 'city'?"),
        (ImportOptions(key="mail"), "usage.map", "ignore one of them"),
        (ImportOptions(map={"city": "mail"}), "usage.map", "ignore one of them"),
        (ImportOptions(member="mail"), "usage.options", ""),
        (ImportOptions(time_format="%Y"), "usage.time_format", "name the column"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, options: ImportOptions, code: str, hint: str
) -> None:
    file = _write(tmp_path, "id,mail,city\n1,a@b.c,Bonn\n")
    with support.shop(tmp_path / "ws") as shop:
        with pytest.raises(Error) as refused:
            shop.importer.plan([file], "contact", options)
        assert refused.value.code == code
        assert hint in refused.value.hint


@pytest.mark.parametrize("text", ["%Q", "%", "epoch", "yyyy-mm-dd"])
def test_time_formats_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        ImportOptions(time_format=text)


PATTERNS = [
    "%d.%m.%Y %H:%M:%S",
    "%Y%m%dT%H%M%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S.%f",
    "%y-%j %H%M",
]


@given(
    pattern=st.sampled_from(PATTERNS),
    texts=st.lists(
        st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31)).map(str)  # noqa: DTZ001
        | st.sampled_from(["31.02.2026 00:00:00", "1.2.2026 3:04:05", "", " ", "01.02.2026 24:00:00", "x"]),
        max_size=20,
    ),
    data=st.data(),
)
def test_patterns_mean_what_they_mean_to_python(pattern: str, texts: list[str], data: st.DataObject) -> None:
    moments = st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31))  # noqa: DTZ001
    texts = texts + [one.strftime(pattern) for one in data.draw(st.lists(moments, max_size=20))]
    times, bad = read_times(pa.array(texts, pa.string()), pattern)
    for text, time, is_bad in zip(texts, times.to_pylist(), bad.tolist(), strict=True):
        try:
            expected = datetime.strptime(text, pattern)  # noqa: DTZ007
        except ValueError:
            assert time is None
            assert is_bad == bool(text.strip())
        else:
            assert time == expected
            assert not is_bad


def test_offsets_in_times_are_heeded_and_days_are_dates() -> None:
    times, bad = read_times(pa.array(["2026-01-01 02:00 +0200", None]), "%Y-%m-%d %H:%M %z")
    assert times.to_pylist() == [datetime(2026, 1, 1, tzinfo=UTC), None]
    days, bad_days = read_times(pa.array(["31.01.2026", "31.02.2026"]), "%d.%m.%Y")
    assert days.to_pylist() == [date(2026, 1, 31), None]
    assert (bad.tolist(), bad_days.tolist()) == ([False, False], [False, True])


@pytest.mark.parametrize(
    ("values", "time_format", "expected"),
    [
        (
            ["1", "-1", "1.5", "x", "99999999999999"],
            "epoch_s",
            [1_000_000, -1_000_000, 1_500_000, None, None],
        ),
        ([1, 0, None], "epoch_ms", [1_000, 0, None]),
        ([1.5, float("nan"), 2.0000001], "epoch_s", [1_500_000, None, None]),
        ([1, 2**62], "epoch_us", [1, None]),
        (["12", " ", ""], "epoch_us", [12, None, None]),
    ],
)
def test_epochs_are_exact(values: list[object], time_format: str, expected: list[int | None]) -> None:
    times, bad = read_times(pa.array(values), time_format)
    assert times.cast(pa.int64()).to_pylist() == expected
    there = [value is not None and str(value).strip() != "" for value in values]
    assert bad.tolist() == [is_there and one is None for is_there, one in zip(there, expected, strict=True)]
