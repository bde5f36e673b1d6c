"""The reference of the Python API as a page: `python -m tests.tidy.python_reference > docs/python.md`."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from types import FunctionType
from typing import Any

import satsuma
from satsuma.commit.catalogs import Catalogs
from satsuma.commit.erasing import ErasureReceipt
from satsuma.commit.receipts import Receipt, Removal, Replay
from satsuma.commit.writer import Committed
from satsuma.kernel import errors
from satsuma.language.problems import Problem
from satsuma.lists.center_content import Content, Shown, Texts
from satsuma.lists.centers import Center, CenterRow, Centers
from satsuma.lists.consent import Consent, Standing
from satsuma.lists.forms import Forms, JoinForm
from satsuma.lists.mail import Delivered, Mail, MailSettings
from satsuma.lists.marketing_list import ListEvent, MarketingList
from satsuma.lists.opt_ins import Asked, Pending
from satsuma.lists.outbox import Message
from satsuma.lists.public import CenterView, ListChoice, PublicPages, Submitted
from satsuma.lists.reach import Reach
from satsuma.lists.service import Lists, ListSummary
from satsuma.lists.smtp import MailServer
from satsuma.membership.verify import Difference
from satsuma.record.consent import ConsentEntry
from satsuma.record.quarantine import Quarantined
from satsuma.record.versions import Version
from satsuma.segments.blanks import Blank, Template
from satsuma.segments.comparing import Comparison
from satsuma.segments.estimate import Estimate, Narrowing
from satsuma.segments.explaining.explanation import Explained, Explanation
from satsuma.segments.files.form import FileProblem
from satsuma.segments.files.result import Applied, Changed, Effect
from satsuma.segments.history import Edition
from satsuma.segments.jobs import Job
from satsuma.segments.members import Members
from satsuma.segments.related import Related
from satsuma.segments.segment import Segment
from satsuma.segments.service import Listed, Segments
from satsuma.segments.static import Picked
from satsuma.segments.templates import Templates
from satsuma.sync.importer import Importer
from satsuma.sync.options import ImportOptions

WIDTH_CHARS = 96

HEAD = """\
# The Python API

What can be called, from the docstrings of the code. How it goes together is told by the guides:
[the life of a segment](segments.md), [importing files](import.md), [segments as files](segments-as-files.md).
This page is generated: `python -m tests.tidy.python_reference > docs/python.md`.

Everything begins with `satsuma.open`, which gives a `Workspace`; all else is reached from there. Instants are
given as text, `datetime` or integers, and come back as integers: microseconds since 1970 in UTC.
"""

PARTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("Beginning", (satsuma.open, satsuma.parse)),
    ("The workspace", (satsuma.Workspace, Version, Difference)),
    ("Rows taken in", (Receipt, Removal, Replay, Quarantined, ErasureReceipt)),
    ("`ws.catalog`", (Catalogs,)),
    ("`ws.importer`", (Importer, ImportOptions)),
    ("`ws.segments`", (Segments, Listed, Committed, Job)),
    ("A segment", (Segment, Estimate, Narrowing, Comparison, Edition, Related, Picked, Problem)),
    ("Explanations", (Explanation, Explained)),
    ("Members", (Members,)),
    ("Segments as files", (Applied, Changed, Effect, FileProblem)),
    ("`ws.lists`", (Lists, ListSummary, MarketingList, ListEvent, Asked, Pending)),
    ("`ws.consent`", (Consent, Standing, ConsentEntry, Reach)),
    ("`ws.centers`", (Centers, Center, CenterRow, Content, Shown, Texts)),
    ("`ws.forms`", (Forms, JoinForm)),
    ("`ws.public`", (PublicPages, CenterView, ListChoice, Submitted)),
    ("`ws.mail`", (Mail, MailSettings, MailServer, Message, Delivered)),
    ("`ws.templates`", (Templates, Template, Blank)),
    ("Definitions", (satsuma.Definition,)),
    ("Clocks", (satsuma.ManualClock, satsuma.SystemClock)),
)

_OPERATORS = {
    "__getitem__": "`x[...]`",
    "__contains__": "`... in x`",
    "__iter__": "`for ... in x`",
    "__len__": "`len(x)`",
}
_SECTION = re.compile(r"(Args|Attributes|Returns|Raises):")
_ITEM = re.compile(r"([\w*, ]+): (.*)", re.DOTALL)


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for title, members in PARTS:
        lines += [f"## {title}", ""]
        for member in members:
            lines += (
                _class(member)
                if isinstance(member, type)
                else _function(member, f"satsuma.{member.__name__}")
            )
    lines += ["## Errors", "", "```", inspect.getdoc(errors) or "", "```", "", *_class(errors.Error)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _class(cls: type) -> Iterator[str]:
    yield from (f"### {cls.__name__}", "")
    if is_dataclass(cls):
        yield from _code(_signature(cls.__name__, list(_fields(cls)), ""))
    yield from _prose(inspect.getdoc(cls))
    operators = [
        f"- {shown}: {(inspect.getdoc(member) or '').splitlines()[0]}"
        for name, shown in _OPERATORS.items()
        if isinstance(member := _own(cls).get(name), FunctionType) and member.__doc__
    ]
    properties = [
        f"- `.{name}`{_returned(member.fget)}: {' '.join((inspect.getdoc(member) or '').split())}"
        for name, member in _own(cls).items()
        if isinstance(member, property)
    ]
    if operators or properties:
        yield from (*properties, *operators, "")
    for name, member in _own(cls).items():
        if isinstance(member, FunctionType | classmethod) and not name.startswith("_"):
            function = member.__func__ if isinstance(member, classmethod) else member
            owner = cls.__name__ if isinstance(member, classmethod) else ""
            yield from _function(function, f"{owner}.{name}", is_method=True)


def _own(cls: type) -> dict[str, Any]:
    """What a class has of its own and of our classes below it, in the order in which it is written."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        if base.__module__.startswith("satsuma"):
            found = {**{name: member for name, member in vars(base).items() if name not in found}, **found}
    return {name: member for name, member in found.items() if not name.startswith("_") or name in _OPERATORS}


def _fields(cls: type) -> Iterator[str]:
    for one in fields(cls):
        default = "" if one.default is MISSING and one.default_factory is MISSING else " = ..."
        value = getattr(one.default, "value", one.default)
        if one.default is not MISSING and isinstance(value, str | int | tuple | None):
            default = f" = {value!r}"
        yield f"{one.name}: {one.type}{default}"


def _function(function: Any, name: str, *, is_method: bool = False) -> Iterator[str]:
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(f"{name} is no function")
    if is_method:
        node.args.args = node.args.args[1:]
    returned = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    yield from _code(_signature(name, _parameters(node.args), returned))
    yield from _prose(inspect.getdoc(function))


def _parameters(arguments: ast.arguments) -> list[str]:
    """The parameters, each as written."""
    found = []
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for argument, default in zip(positional, defaults, strict=True):
        found.append(_parameter(argument, default))
    if arguments.vararg is not None:
        found.append(f"*{ast.unparse(arguments.vararg)}")
    elif arguments.kwonlyargs:
        found.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_parameter(argument, default))
    if arguments.kwarg is not None:
        found.append(f"**{ast.unparse(arguments.kwarg)}")
    return found


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + ("" if default is None else f" = {ast.unparse(default)}")


def _signature(name: str, parameters: list[str], returned: str) -> str:
    line = f"{name}({', '.join(parameters)}){returned}"
    if len(line) <= WIDTH_CHARS:
        return line
    return "\n".join([f"{name}(", *(f"    {parameter}," for parameter in parameters), f"){returned}"])


def _returned(function: Any) -> str:
    annotation = function.__annotations__.get("return")
    return "" if annotation is None else f" `{annotation}`"


def _code(text: str) -> list[str]:
    return ["```python", text, "```", ""]


def _prose(doc: str | None) -> Iterator[str]:
    """A docstring as Markdown: its sections as lists, its examples as code."""
    section = ""
    for block in re.split(r"\n\s*\n", doc or ""):
        heading = _SECTION.match(block)
        if heading is not None:
            section = heading[1]
            lines = textwrap.dedent(block[heading.end() :].strip("\n"))
            if section != "Attributes":
                yield f"*{section}*"
                yield ""
            yield from (_items(lines) if section != "Returns" else [" ".join(lines.split())])
        elif block.startswith(">>>"):
            yield from ("```pycon", block, "```")
        else:
            yield block
        yield ""


def _items(lines: str) -> Iterator[str]:
    """`name: text` as list items; lines that are indented go on with the one before."""
    items: list[str] = []
    for line in lines.splitlines():
        if line.startswith(" ") and items:
            items[-1] += " " + line.strip()
        else:
            items.append(line)
    for item in items:
        found = _ITEM.fullmatch(item)
        yield f"- {item}" if found is None else f"- `{found[1]}`: {found[2]}"


if __name__ == "__main__":
    sys.stdout.write(page())
