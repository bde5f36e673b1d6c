"""Every command does what it says, for people and for machines, and ends with the exit code it should."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import satsuma as library
from satsuma import workspace
from tests.cli.terminal import Satsuma
from tests.cli.test_reference import commands

AT = ("-C", "shop")

# Words of a command, then what people read in its answer, then the keys of its JSON value (of the first item
# where it is a list; an empty list is looked at no further).
HAPPY: list[tuple[str, str, str]] = [
    ("status", "segments", "path version at timezone mode records interactions segments failed quarantined"),
    ("sql 'select id from contact order by id'", "c-3", "id"),
    ("verify", "2 live segments equal their definitions", "version segments differences"),
    ("catalog show", "city: text", "timezone mode entities interactions version"),
    ("catalog apply catalog.yaml", "catalog version", "catalog_version changed"),
    (
        "import contact more.csv",
        "1 taken",
        "id version rows_read accepted duplicates quarantined created files unchanged",
    ),
    ("import contact more.csv --dry-run", "1 rows read, nothing written", "rows_read taken refused learned"),
    (
        "imports list",
        "contacts.csv",
        "id kind target state files options counts position started_at finished_at",
    ),
    ("imports undo 2", "removed 3 interactions", "version interactions observations records"),
    ("quarantine list", "reason", ""),
    ("quarantine replay", "0 taken", "version accepted duplicates still_quarantined"),
    ("segment list", "Buyers", "name kind audience status size changed_at tags reason"),
    (
        "segment show Parisians",
        "Contacts whose city is “Paris”",
        "name kind audience status reason size definition draft",
    ),
    ("segment create Old --where 'age > 35'", "made the draft", "name status problems"),
    ("segment edit Buyers --where 'did purchase'", "new draft", "name status problems"),
    ("segment check Buyers", "no problems", ""),
    (
        "segment estimate Buyers",
        "1 of 3",
        "count audience_size sample per_condition without_value version at",
    ),
    ("segment go-live Buyers", "with 1 member", "version sizes waiting"),
    ("segment stop Parisians", "stopped", "name status"),
    ("segment rename Buyers Shoppers", "renamed to", "name"),
    ("segment delete Buyers", "deleted", "deleted"),
    ("segment members Parisians", "c-3", "version count members"),
    ("segment add Picked c-1", "1 added", "changed unchanged unknown"),
    ("segment remove Picked c-1", "1 unchanged", "changed unchanged unknown"),
    ("segment override Parisians never c-1", "never", "key rule"),
    ("segment compare Parisians --where 'age < 35'", "leave", "version enter leave stay"),
    ("segment history Parisians", "edition 1", "number at version actor text status difference"),
    ("segment restore Parisians 1", "edition 1 again", "name draft"),
    ("segment changes Parisians", "entered", "version at member change cause"),
    ("segment growth Parisians", "size", "version at entered left size"),
    ("segment related Parisians", "attribute", "used_by uses"),
    ("segment duplicate Parisians Copy", "is a draft", "name status"),
    ("segment snapshot Parisians Then", "is a draft", "name status"),
    ("segment schedule Buyers --end 2099-01-01", "2099-01-01", "name start end"),
    ("segment explain Parisians c-1", "c-1 is in", "key segment member condition"),
    ("segment plan Parisians", "of contact", "plan"),
    ("apply files --dry-run", "1 segment would change", "dry_run version segments problems warnings"),
    ("apply files", "1 segment changed", "dry_run version segments problems warnings"),
    ("export out", "wrote 3 segments", ""),
    ("list create Fans", "made the list", "id name audience"),
    ("list add News c-2", "1 added", "version accepted"),
    ("list remove News c-1", "1 removed", "version accepted"),
    ("list show News", "News", "list used_by"),
    ("list list", "News", "id name size"),
    ("list members News", "c-1", ""),
    ("list rename News Letters", "is now", "name"),
    ("list delete News", "removed", "deleted"),
    ("consent record c-1 --grant marketing", "1", "version"),
    ("consent show c-1", "level", "level do_not_email entries"),
    ("consent reach Parisians", "reachable", "size reachable reasons"),
    ("mail outbox", "created", ""),
    ("mail settings --address-attribute ''", "address attribute", "public_url sender"),
    ("user list", "email", ""),
    ("user units contact.city", "contact.city", "unit owner"),
    ("export-contact c-1", "c-1", "entity key"),
    ("erase contact c-3 --yes", "erased", ""),
    ("backup shop.backup", "wrote version", "path version at rows bytes"),
]


@pytest.fixture
def files(folder: Path) -> Path:
    (folder / "more.csv").write_text("id,city\nc-4,Nice\n")
    (folder / "catalog.yaml").write_text("entities: {contact: {attributes: {tier: text}}}\n")
    (folder / "files").mkdir()
    with workspace.open(folder / "shop") as ws:
        ws.lists.create("News", subscription=True).add(["c-1"])
    (folder / "files" / "Lyon.segment").write_text('in: c-2\n\ncity is "Lyon"\n')
    return folder


def _words(command: str) -> list[str]:
    return shlex.split(command)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", [row[0] for row in HAPPY])
def test_a_command_answers_people(satsuma: Satsuma, command: str) -> None:
    shown = next(row[1] for row in HAPPY if row[0] == command)
    answer = satsuma(*AT, *_words(command))
    assert answer.code == 0, answer.err
    assert shown in answer.out


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", [row[0] for row in HAPPY])
def test_a_command_answers_machines(satsuma: Satsuma, command: str) -> None:
    keys = next(row[2] for row in HAPPY if row[0] == command).split()
    answer = satsuma(*AT, *_words(command), "--json")
    assert answer.code == 0, answer.err
    found = answer.json
    first = found[0] if isinstance(found, list) and keys else found
    assert not keys or set(keys) <= first.keys()
    assert all(
        isinstance(first[key], str)
        for key in ("at", "started_at", "changed_at")
        if key in keys and key in first
    )


def test_every_command_is_among_those_tried() -> None:
    # Tried further down, or in tests of their room.
    elsewhere = {"init", "segment cancel", "imports resume", "restore"}
    elsewhere |= {"serve", "user add", "user limit", "user passwd", "list ask", "mail send"}
    tried = {" ".join(_words(row[0])[:2]) for row in HAPPY} | {_words(row[0])[0] for row in HAPPY}
    assert sorted(set(commands()) - tried - elsewhere) == []


# A command that cannot be done, its exit code, and words of the message and of what to do.
REFUSED: list[tuple[str, int, str, str]] = [
    ("segment create Bad --where 'ctiy is \"x\"'", 1, "no attribute 'ctiy'", "did you mean 'city'?"),
    ("segment create Bad --where 'city is is'", 1, "line 1, column 9", "double quotes"),
    ("segment create parisians --where everyone", 1, "there is a segment “Parisians” already", "choose"),
    ("segment create Bad --where everyone --kind statical", 2, "found kind 'statical'", ""),
    ("segment create Bad", 2, "has no condition", "give `where`"),
    ("segment create Bad --where everyone --file x.json", 2, "found --where and --file", "one of them"),
    ("segment show Parisian", 2, "no segment “Parisian”", "Parisians"),
    ("segment members Buyers", 1, "a draft has no members", "go live"),
    ("segment members Parisians --format parquet", 2, "Parquet is written to a file", "--output"),
    ("segment members Parisians --at 2026-01-01 --version 1", 2, "found --at and --version", "one of them"),
    ("segment members Parisians --version 99", 2, "no version 99", "the last is"),
    ("segment go-live Parisians", 1, "is live already", "edit its definition"),
    ("segment stop Buyers", 1, "it is a draft", ""),
    ("segment delete Parisians", 1, "it is live", "stop it first"),
    ("segment add Parisians c-1", 1, "is dynamic", "overrides"),
    ("segment add Picked c-9", 1, "no record has the key c-9", ""),
    ("segment add Picked", 2, "no keys given", "--from"),
    ("segment override Parisians sometimes c-1", 2, "found the rule 'sometimes'", "always, never"),
    ("segment restore Parisians 7", 2, "no edition 7", "1 to 1"),
    ("segment explain Parisians c-9", 2, "no contact “c-9”", ""),
    ("segment explain Parisians c-2", 1, "c-2 is not in", ""),
    ("segment list --sort colour", 2, "cannot sort by 'colour'", "name, status"),
    ("segment schedule Buyers --start soon", 2, "'soon' cannot be read", "expected"),
    ("import contact nowhere.csv", 2, "nowhere.csv", ""),
    ("import contact", 2, "found no file to import", "import contact FILE.csv"),
    ("import contact contacts.csv --map city", 2, "found --map 'city'", "COLUMN=ATTRIBUTE"),
    ("imports undo 9", 2, "no import 9", ""),
    ("catalog apply nowhere.yaml", 2, "nowhere.yaml", ""),
    ("sql 'delete from contact'", 2, "expected one statement that only reads", "SELECT"),
    ("sql 'select nothing from nowhere'", 2, "nowhere", ""),
    ("apply nowhere", 2, "nowhere is no folder", "segment files"),
    ("apply broken", 1, "broken.segment:3:1: no attribute 'ctiy'", "did you mean 'city'?"),
    ("apply failing", 1, "“Lyon” breaks its tests: c-1 is not in", "despite"),
    ("apply broken --dry-run", 1, "broken.segment:3:1: no attribute 'ctiy'", "did you mean 'city'?"),
    ("nonsense", 2, "No such command 'nonsense'", ""),
    ("segment lst", 2, "No such command 'lst'", "Did you mean 'list'"),
    ("segment members", 2, "Missing argument 'NAME'", "--help"),
]


@pytest.mark.parametrize("command", [row[0] for row in REFUSED])
def test_a_refusal_says_what_was_found_and_what_to_do(satsuma: Satsuma, files: Path, command: str) -> None:
    _, code, found, to_do = next(row for row in REFUSED if row[0] == command)
    for name, text in (
        ("broken", 'name: B\n\nctiy is "x"\n'),
        ("failing", 'name: Lyon\nin: c-1\n\ncity is "Lyon"'),
    ):
        (files / name).mkdir()
        (files / name / f"{name}.segment").write_text(text)
    answer = satsuma(*AT, *_words(command))
    told = answer.out + answer.err
    assert (answer.code, "Traceback" in told) == (code, False), told
    assert found in told
    assert to_do in told


@pytest.mark.usefixtures("folder")
def test_an_error_is_json_where_that_is_asked_for(satsuma: Satsuma) -> None:
    answer = satsuma(*AT, "segment", "show", "Parisian", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.error == {
        "code": "not_found.segment",
        "message": "no segment “Parisian”",
        "hint": "did you mean 'Parisians'?",
    }


@pytest.mark.usefixtures("folder")
def test_a_definition_that_cannot_be_read_shows_the_place(satsuma: Satsuma) -> None:
    answer = satsuma(*AT, "segment", "create", "Bad", "--where", "city is is")
    assert "  city is is\n          ^\n" in answer.err


def test_a_workspace_is_restored_from_its_backup_and_not_over_another(satsuma: Satsuma, folder: Path) -> None:
    assert satsuma(*AT, "backup", "shop.backup").code == 0
    made = satsuma("-C", "again", "restore", "shop.backup", "--json")
    assert (made.code, sorted(made.json)) == (0, ["at", "path", "version"])
    ids = "select id from contact order by id"
    assert satsuma("-C", "again", "sql", ids).out == satsuma(*AT, "sql", ids).out
    refused = satsuma("-C", "again", "restore", "shop.backup")
    assert (refused.code, "no empty directory" in refused.err) == (1, True)
    assert satsuma(*AT, "backup", "shop.backup").code == 1
    (folder / "shop.backup").write_bytes((folder / "shop.backup").read_bytes()[:-100])
    broken = satsuma("-C", "other", "restore", "shop.backup")
    assert (broken.code, "damaged" in broken.err, (folder / "other").exists()) == (2, True, False)
    assert "made the workspace third" in _restored_anew(satsuma)


def _restored_anew(satsuma: Satsuma) -> str:
    satsuma(*AT, "backup", "third.backup")
    return satsuma("-C", "third", "restore", "third.backup").out


def test_a_folder_that_is_no_workspace_is_refused(satsuma: Satsuma, folder: Path) -> None:
    answer = satsuma("-C", "nowhere", "status")
    assert (answer.code, answer.out) == (3, "")
    assert "nowhere is not a workspace" in answer.err
    assert not (folder / "nowhere").exists()


@pytest.mark.usefixtures("folder")
def test_a_workspace_that_is_in_use_is_refused_and_says_by_whom(satsuma: Satsuma) -> None:
    with library.open("shop"):
        answer = satsuma(*AT, "status", "--json")
    assert (answer.code, answer.error["code"]) == (3, "workspace.locked")


def test_a_damaged_workspace_is_refused(satsuma: Satsuma, folder: Path) -> None:
    (folder / "shop" / "satsuma.duckdb").write_bytes(b"no database at all" * 1000)
    answer = satsuma(*AT, "status")
    assert (answer.code, "Traceback" in answer.err) == (3, False)
    assert answer.err.startswith("error: ")


def test_making_a_workspace_twice_is_refused(satsuma: Satsuma, tmp_path: Path) -> None:
    made = satsuma("init", tmp_path / "new", "--timezone", "Europe/Berlin", "--json")
    assert (made.code, made.json) == (0, {"path": str(tmp_path / "new"), "version": 0})
    assert satsuma("-C", tmp_path / "new", "status", "--json").json["timezone"] == "Europe/Berlin"
    again = satsuma("init", tmp_path / "new")
    assert (again.code, "is a workspace already" in again.err) == (1, True)
    other = satsuma("init", tmp_path / "other", "--timezone", "Mars/Base")
    assert (other.code, (tmp_path / "other").exists()) == (2, False)


@pytest.mark.usefixtures("folder")
def test_who_gives_a_command_stands_in_the_history(satsuma: Satsuma, monkeypatch: pytest.MonkeyPatch) -> None:
    satsuma("--actor", "ada", *AT, "segment", "edit", "Parisians", "--where", "everyone")
    monkeypatch.setenv("SATSUMA_ACTOR", "bob")
    satsuma(*AT, "segment", "edit", "Parisians", "--where", "not everyone")
    history = satsuma(*AT, "segment", "history", "Parisians", "--json").json
    assert [edition["actor"] for edition in history] == ["cli", "ada", "bob"]


@pytest.mark.usefixtures("folder")
def test_a_segment_that_waits_for_its_start_is_cancelled(satsuma: Satsuma) -> None:
    satsuma(*AT, "segment", "schedule", "Buyers", "--start", "2099-01-01")
    satsuma(*AT, "segment", "go-live", "Buyers")
    assert satsuma(*AT, "segment", "show", "Buyers", "--json").json["status"] == "going_live"
    cancelled = satsuma(*AT, "segment", "cancel", "Buyers", "--json")
    assert (cancelled.code, cancelled.json) == (0, {"name": "Buyers", "status": "draft"})


@pytest.mark.usefixtures("folder")
def test_members_are_written_in_every_format(satsuma: Satsuma) -> None:
    members = (*AT, "segment", "members", "Parisians", "--column", "city")
    assert satsuma(*members, "--format", "csv").out == "id,city\nc-1,Paris\nc-3,Paris\n"
    lines = satsuma(*members, "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["c-1", "c-3"]
    for form in ("csv", "jsonl", "parquet"):
        answer = satsuma(*members, "--format", form, "--output", f"out.{form}")
        assert (answer.code, answer.out, "wrote 2 members" in answer.err) == (0, "", True)
    assert pq.read_table("out.parquet")["id"].to_pylist() == ["c-1", "c-3"]


def test_keys_come_from_a_file_too(satsuma: Satsuma, folder: Path) -> None:
    (folder / "keys.txt").write_text("c-1\n\nc-2\n")
    satsuma(*AT, "segment", "add", "Picked", "--from", "keys.txt")
    assert satsuma(*AT, "segment", "members", "Picked", "--format", "csv").out == "id\nc-1\nc-2\n"


def test_rows_that_were_refused_are_listed_and_tried_again(satsuma: Satsuma, folder: Path) -> None:
    (folder / "bad.csv").write_text("id,age\nc-7,old\n")
    answer = satsuma(*AT, "import", "contact", "bad.csv")
    assert "1 quarantined" in answer.out
    rows = satsuma(*AT, "quarantine", "list", "--json").json
    assert [(row["target"], "old" in row["message"]) for row in rows] == [("contact", True)]
    assert satsuma(*AT, "quarantine", "replay").code == 1


def test_a_whole_definition_comes_from_a_file(satsuma: Satsuma, folder: Path) -> None:
    definition = {
        "name": "ignored",
        "where": {"attribute": "age", "op": ">", "value": 35},
        "tests": {"in": ["c-2"]},
    }
    (folder / "def.json").write_text(json.dumps(definition))
    made = satsuma(*AT, "segment", "create", "Older", "--file", "def.json", "--json")
    assert (made.code, made.json["name"]) == (0, "Older")
    satsuma(*AT, "segment", "go-live", "Older")
    (folder / "def.json").write_text(json.dumps({**definition, "where": {"any": []}}))
    assert satsuma(*AT, "segment", "edit", "Older", "--file", "def.json").code == 0
    refused = satsuma(*AT, "segment", "go-live", "Older")
    assert (refused.code, "breaks its tests" in refused.err) == (1, True)
    assert satsuma(*AT, "segment", "go-live", "Older", "--despite-tests").code == 0


def test_the_program_is_installed_and_ends_with_the_same_codes(folder: Path) -> None:
    program = str(Path(sys.executable).parent / "satsuma")

    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run([program, *words], capture_output=True, text=True, check=False, cwd=folder)
        return done.returncode, done.stdout, done.stderr

    assert run("--version") == (0, f"satsuma {library.__version__}\n", "")
    code, out, _ = run("-C", "shop", "status", "--json")
    assert (code, json.loads(out)["records"]) == (0, {"contact": 3})
    assert run("-C", "shop", "segment", "delete", "Parisians")[0] == 1
    code, _, told = run()
    assert (code, "Usage: satsuma" in told) == (2, True)
