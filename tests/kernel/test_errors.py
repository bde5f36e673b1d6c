"""Errors say what was found, carry a stable code, and are caught by their place in the tree."""

import pickle

import pytest

from satsuma.kernel import errors
from satsuma.kernel.errors import DefinitionError, Error, NotFoundError, WorkspaceLockedError


def every_class() -> list[type[Error]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Error)]


def test_text_of_an_error_is_its_message_and_then_its_hint() -> None:
    assert str(NotFoundError("no list 'vips'")) == "no list 'vips'"
    assert str(NotFoundError("no list 'vips'", hint="did you mean 'vip'?")) == (
        "no list 'vips' (did you mean 'vip'?)"
    )


def test_a_longer_code_may_take_the_place_of_the_class_code() -> None:
    assert NotFoundError("no").code == "not_found"
    assert NotFoundError("no", code="not_found.list").code == "not_found.list"


def test_as_json_it_holds_only_what_there_is() -> None:
    assert NotFoundError("no").to_json() == {"code": "not_found", "message": "no"}
    full = NotFoundError("no", hint="look", details={"name": "x"})
    assert full.to_json() == {"code": "not_found", "message": "no", "hint": "look", "details": {"name": "x"}}


def test_details_are_not_shared_with_the_caller() -> None:
    details: dict[str, object] = {"n": 1}
    error = Error("no", details=details)
    details["n"] = 2
    assert error.details == {"n": 1}


def test_a_locked_workspace_is_a_workspace_error() -> None:
    with pytest.raises(errors.WorkspaceError) as caught:
        raise WorkspaceLockedError("held by process 7")
    assert caught.value.code == "workspace.locked"


def test_a_definition_error_carries_all_problems_in_order() -> None:
    assert DefinitionError("2 problems", problems=["a", "b"]).problems == ("a", "b")


@pytest.mark.parametrize("kind", every_class())
def test_every_error_survives_being_sent_to_another_process(kind: type[Error]) -> None:
    error = kind("found x", code="a.b", hint="do y", details={"n": 1})
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made a line above
    assert type(copy) is kind
    assert (str(copy), copy.to_json()) == (str(error), error.to_json())


def test_codes_are_different_for_every_kind_and_all_kinds_stand_in_the_drawing() -> None:
    codes = [kind.default_code for kind in every_class()]
    assert len(codes) == len(set(codes))
    drawing = (errors.__doc__ or "").splitlines()
    for kind in every_class():
        assert any(
            kind.__name__ in line.split() and (kind is Error or kind.default_code in line.split())
            for line in drawing
        ), kind
