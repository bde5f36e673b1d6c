"""Files that are not what they should be: each is refused with what was found and what to do."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satsuma.kernel.errors import Error, InvariantError
from satsuma.sync.formats import format_of
from satsuma.sync.formats.base import ReadOptions, Start
from satsuma.sync.options import ImportOptions
from tests.sync import support


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "data.file.no_rows"),
        ("a.csv", b"\xef\xbb\xbf", "data.file.no_rows"),
        ("a.csv", b"id,city\n", "data.file.no_rows"),
        ("a.csv", b"id,city\r\n\r\n\n", "data.file.no_rows"),
        ("a.csv", b"id,city", "data.file.no_rows"),
        ("a.csv", b"id,id\n1,2\n", "data.file.columns"),
        ("a.csv", b"id,\n1,2\n", "data.file.columns"),
        ("a.csv", b"\n1,2\n", "data.file.columns"),
        ("a.csv", bytes(range(256)) * 10, "data.file.encoding"),
        ("a.csv", "id,city\n1,Köln\n".encode("latin-1"), "data.file.encoding"),
        ("a.csv", "id,city\n1,Bonn\n".encode("utf-16"), "data.file.encoding"),
        ("a.csv", b"PK\x03\x04" + b"x" * 100, "data.file.encoding"),
        ("a.csv", b"id,city\n1,x\xc3", "data.file.encoding"),
        ("a.csv", b"city,age\nBonn,3\n", "data.column_missing"),
        ("a.csv", b'"id' + b"x" * 2_000_000, "data.file.header"),
        ("a.csv.gz", b"id,city\n1,Bonn\n", "data.file.gzip"),
        ("a.jsonl", b"", "data.file.no_rows"),
        ("a.jsonl", b"\n \n", "data.file.no_rows"),
        ("a.jsonl", b'[{"id": "1"},\n{"id": "2"}]\n', "data.file.json"),
        ("a.parquet", b"", "data.file.parquet"),
        ("a.parquet", b"PAR1 and more, but no Parquet PAR1", "data.file.parquet"),
        ("a.arrow", b"", "data.file.arrow"),
        ("a.arrow", b"ARROW1 and more, but no Arrow", "data.file.arrow"),
        ("a.xlsx", b"PK", "usage.format"),
    ],
)
def test_a_file_as_a_whole_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with support.shop(tmp_path / "ws") as shop:
        with pytest.raises(Error) as refused:
            shop.importer.run(shop.importer.plan([file], "contact"))
        assert refused.value.code == code
        assert not isinstance(refused.value, InvariantError)
        assert shop.record.version == 0


def test_the_byte_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"id,city\n" + b"1,Bonn\n" * 300_000 + b"2,K\xf6ln\n" + b"1,Bonn\n" * 300_000)
    with support.shop(tmp_path / "ws") as shop:
        with pytest.raises(Error) as refused:
            shop.importer.plan([file], "contact")
        assert refused.value.details["byte"] == 8 + 7 * 300_000 + 3


def test_a_character_over_the_border_of_two_blocks_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,city\n1," + "ö" * 30_000 + "\n" + "2,x\n" * 400_000, encoding="utf-8")
    for cut in (1_048_575, 1_048_576, 1_048_577):
        padded = b"id,city\n" + b"1,x\n" * ((cut - 10) // 4)
        padded += b"2," + b"y" * (cut - len(padded) - 3) + "ö\n".encode()
        file.write_bytes(padded)
        with support.shop(tmp_path / "ws") as shop:
            assert len(shop.importer.plan([file], "contact").files) == 1


def test_directories_missing_files_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("id\n1\n")
    os.mkfifo(tmp_path / "pipe.csv")
    with support.shop(tmp_path / "ws") as shop:
        for name, code, hint in (
            (".", "usage.directory", "*.csv"),
            ("contact.csv", "not_found.file", "did you mean 'contacts.csv'?"),
            ("*.parquet", "not_found.file", "check the pattern"),
            ("pipe.csv", "usage.file", ""),
        ):
            with pytest.raises(Error) as refused:
                shop.importer.plan([tmp_path / name], "contact")
            assert refused.value.code == code
            assert hint in refused.value.hint
        with pytest.raises(Error):
            shop.importer.plan([], "contact")


@contextmanager
def _as_nobody() -> Iterator[None]:
    """The superuser may read everything: be somebody else for a while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    # Not below `tmp_path`, where nobody else may look.
    with tempfile.TemporaryDirectory() as name, support.shop(tmp_path / "ws") as shop:
        Path(name).chmod(0o755)
        file = Path(name) / "a.csv"
        file.write_text("id\n1\n")
        file.chmod(0)
        with _as_nobody(), pytest.raises(Error) as refused:
            shop.importer.plan([file], "contact")
    assert refused.value.code == "data.file.permission"


def test_nothing_is_written_if_any_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").write_bytes(b"id\n\xff\n")
    with support.shop(tmp_path / "ws") as shop:
        with pytest.raises(Error):
            shop.importer.plan([tmp_path / "*.csv"], "contact")
        assert shop.record.version == 0


def test_a_row_longer_than_a_block_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,city\n1,Bonn\n2," + "x" * 10_000_000 + "\n")
    with support.shop(tmp_path / "ws") as shop:
        with pytest.raises(Error) as refused:
            shop.importer.run(shop.importer.plan([file], "contact"))
        assert refused.value.code == "data.file.csv"


def test_a_value_longer_than_text_may_be_is_one_refused_row(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,city\n1,Bonn\n2," + "x" * 100_000 + "\n3,Rome\n")
    with support.shop(tmp_path / "ws") as shop:
        report = shop.importer.run(shop.importer.plan([file], "contact"))
        assert (report.accepted, report.quarantined) == (2, 1)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense", "row.json"),
        (b'{"id": "2"', "row.json"),
        (b'{"id": "2"},{"id": "3"}', "row.json"),
        (b'{"id": "2", "id": "3"}', "row.json"),
        (b"[" * 100_000, "row.json"),
        (b'{"id": "2", "age": ' + b"9" * 5_000 + b"}", "row.json"),
        (b'["2"]', "row.type"),
        (b"17", "row.type"),
        (b'{"id": "2", "age": NaN}', "value"),
        (b'{"id": "\\ud800"}', "key"),
    ],
)
def test_a_bad_line_of_json_is_one_refused_row(tmp_path: Path, line: bytes, code: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"id": "1", "age": 1}\n\n' + line + b'\n{"id": "4", "age": 4}')
    with support.shop(tmp_path / "ws") as shop:
        report = shop.importer.run(shop.importer.plan([file], "contact"))
        assert (report.accepted, report.quarantined) == (2, 1)
        [refused] = shop.record.quarantine()
        assert refused.code.startswith(code)
        assert refused.position == 2


def test_a_quote_that_is_not_closed_is_one_refused_row(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('id,city\n1,Bonn\n2,"Rome\n3,Oslo\n')
    with support.shop(tmp_path / "ws") as shop:
        report = shop.importer.run(shop.importer.plan([file], "contact"))
        assert (report.rows_read, report.accepted, report.quarantined) == (2, 1, 1)
        (refused,) = shop.record.quarantine()
        assert (refused.code, refused.row) == ("row.quote", json.dumps("2,Rome\n3,Oslo\n"))


@pytest.mark.parametrize("ending", ['"', '"x', '"x\n', '"x""y\r\n', '"""', '"a\nb,c\n'])
@pytest.mark.parametrize("rows", [0, 3, 50_000])
def test_a_file_that_ends_inside_quotes_has_one_row_refused(tmp_path: Path, ending: str, rows: int) -> None:
    file = tmp_path / "a.csv"
    row = f'{"k" * 100},"Bonn"\n'  # so that the most rows fill more than one block
    file.write_text(f"id,city\n{row * rows}last,{ending}", newline="")
    assert _codes_and_cities(file) == (["row.quote"], "Bonn" if rows else None)


@pytest.mark.parametrize(
    ("ending", "city"),
    [
        ('""""', '"'),
        ('""""\n', '"'),
        ('""""""', '""'),
        ('""', None),
        ('""\n', None),
        ("", None),
        ('x"', 'x"'),
        ('5" pipe\n', '5" pipe'),
        ('"a ""b"""', 'a "b"'),
        ('"a\n"', "a\n"),
        ('"a\n"\n\n', "a\n"),
        ('"""\n"', '"\n'),
    ],
)
def test_quotes_that_close_are_taken(tmp_path: Path, ending: str, city: str | None) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"id,city\nlast,{ending}".encode())
    assert _codes_and_cities(file) == ([], city)


def _codes_and_cities(file: Path) -> tuple[list[str], str | None]:
    """Codes of the refused rows, and the one city of those that were taken."""
    reader = format_of(file, None).open(file, file.stat().st_size, ReadOptions())
    codes: list[str] = []
    cities: set[str | None] = set()
    for chunk in reader.chunks(Start(), 0):
        codes += map(str, chunk.refused["code"].to_pylist())
        assert isinstance(chunk.rows, pa.Table)
        cities |= {value or None for value in chunk.rows["city"].unique().to_pylist()}
    return codes, next(iter(cities), None)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f'\ufeffid{delimiter}"a;b,c|d"\n1{delimiter}x\n', encoding="utf-8")
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "contact"))
        assert shop.query("SELECT * FROM contact") == [{"id": "1", "a;b,c|d": "x"}]


def test_a_wrong_delimiter_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id;city\n1;Bonn\n")
    with support.shop(tmp_path / "ws") as shop, pytest.raises(Error) as refused:
        shop.importer.plan([file], "contact", ImportOptions(delimiter="::"))
    assert refused.value.code == "usage.delimiter"


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), file)
    with support.shop(tmp_path / "ws") as shop, pytest.raises(Error) as refused:
        shop.importer.plan([file], "contact")
    assert refused.value.code == "data.file.no_rows"
