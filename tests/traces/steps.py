"""Steps of random histories of data: what is written, imported, undone, deleted, merged and retracted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from satsuma.kernel.errors import Error
from satsuma.record.change import Change
from satsuma.sync.undoing import undo
from tests.record.support import interactions, records
from tests.traces.test_record_model import interaction_rows, keys, pairs, record_rows

IMPORT = 7

DATA = (
    *(st.tuples(st.just("upsert"), st.just(n), record_rows(n)) for n in ("contact", "account")),
    *(st.tuples(st.just("append"), st.just(n), interaction_rows(n)) for n in ("purchase", "visit")),
    st.tuples(st.just("import"), st.just("contact"), record_rows("contact")),
    st.tuples(st.just("import"), st.just("visit"), interaction_rows("visit")),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("delete"), st.sampled_from(["contact", "account"]), st.lists(keys, max_size=2)),
    st.tuples(st.just("merge"), st.sampled_from(["contact", "account"]), pairs),
    st.tuples(st.just("retract"), st.sampled_from(["purchase", "visit"]), st.lists(st.sampled_from("123"))),
)


def do_data(change: Change, step: tuple[str, Any, Any], source: str) -> bool:
    """Do a step of these; False where it is none."""
    import_id = IMPORT if step[0] == "import" else None
    entities, types = change.catalog.entities, change.catalog.interactions
    match step:
        case "upsert" | "import", name, rows if name in entities:
            change.upsert(name, records(entities[name], rows, change.catalog), import_id=import_id)
        case "append" | "import", name, rows:
            intake = interactions(types[name], rows, change.catalog)
            change.append(name, intake, source=source, import_id=import_id)
        case "undo", _, _:
            undo(change, IMPORT)
        case "retract", type_, ids:
            change.retract(type_, ids)
        case "delete", entity, gone:
            change.delete(entity, gone)
        case "merge", entity, (keep, drop):
            with suppress(Error):  # one of them may be gone, or merged already
                change.merge(entity, keep=keep, drop=drop)
        case _:
            return False
    return True
