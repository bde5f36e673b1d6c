"""Catalogs at random, with the names that trip readers up."""

from typing import Any

from hypothesis import strategies as st

from satsuma.catalog.draft import Draft
from satsuma.catalog.model import Catalog, Mode, OwnerKind, ValueType
from satsuma.catalog.rules import attribute_name_fault, inverse_faults, name_fault
from satsuma.kernel.text import nfc

ODD_NAMES = [
    *[
        "no",
        "null",
        "~",
        "1",
        "-1",
        "1e3",
        "0x1F",
        "1_0",
        "12:30:45",
        "2026-01-01",
        "yes",
        "true",
        "On",
        ".inf",
    ],
    *[
        "a.b",
        "a: b",
        "- x",
        "#c",
        "a #c",
        "'",
        '"',
        "\\",
        "&a",
        "*a",
        "!x",
        "%",
        "@",
        "`",
        "{a}",
        "[a]",
        "a,b",
    ],
    *[
        "?",
        "? a",
        "|",
        ">",
        "=",
        "<<",
        "---",
        "...",
        "a\u00a0b",
        "émoji 🎉",
        "日本",
        "hour",
        "contact",
        "x" * 120,
    ],
]

names = st.one_of(
    st.sampled_from(ODD_NAMES),
    st.text(min_size=1, max_size=8).map(nfc).filter(lambda name: name_fault(name, "name") is None),
)
options = st.one_of(
    st.none(),
    st.lists(
        st.one_of(st.sampled_from(ODD_NAMES), st.text("aé\n é", min_size=1).map(nfc)), min_size=1, unique=True
    ),
)


@st.composite
def catalogs(draw: Any) -> Catalog:
    """A catalog that keeps the rules."""
    draft = Draft(
        Catalog(timezone=draw(st.sampled_from(["UTC", "Europe/Berlin"])), mode=draw(st.sampled_from(Mode)))
    )
    entities = draw(st.lists(names, max_size=4, unique=True))
    for name in entities:
        draft.add_entity(name, audience=draw(st.booleans()))
    audiences = [entity.name for entity in draft.catalog.audiences()]
    owners = [(OwnerKind.ENTITY, name) for name in entities]
    if audiences:
        for name in draw(st.lists(names, max_size=3, unique=True)):
            draft.add_interaction(name, draw(st.sampled_from(audiences)))
            owners.append((OwnerKind.INTERACTION, name))
    for kind, owner in owners:
        for name in draw(st.lists(names, max_size=4, unique=True)):
            if attribute_name_fault(name, draft.owner(kind, owner), draft.catalog) is None:
                draw(attributes(draft, kind, owner, name, entities))
    return draft.finish()


@st.composite
def attributes(draw: Any, draft: Draft, kind: OwnerKind, owner: str, name: str, entities: list[str]) -> None:
    """Adds an attribute to a draft."""
    type = draw(st.sampled_from(ValueType))
    listed = draw(options) if type in (ValueType.CHOICE, ValueType.CHOICES) else None
    to = draw(st.sampled_from(entities)) if type is ValueType.REFERENCE else None
    inverse = draw(st.one_of(st.none(), names)) if to is not None and kind is OwnerKind.ENTITY else None
    before = draft.catalog
    trial = Draft(before)
    trial.add_attribute(kind, owner, name, type, to=to, inverse=inverse)
    if any(inverse_faults(trial.catalog)):
        inverse = None
    draft.add_attribute(
        kind, owner, name, type, options=None if listed is None else tuple(listed), to=to, inverse=inverse
    )
