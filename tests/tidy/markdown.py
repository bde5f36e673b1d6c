"""Just enough Markdown to check pages: fenced blocks, headings as anchors, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^ {0,3}(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(?P<title>.*?)\s*#*$")
_CODE_SPAN = re.compile(r"(`+).+?\1")
_INLINE_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(?P<target>\S+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words after its fence, its first line's number (from 1) and its text."""

    info: tuple[str, ...]
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, and the number of the line it stands on."""

    target: str
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order. A block that is never closed is refused with `ValueError`."""
    return [part for part in _parts(text) if isinstance(part, Block)]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts derive them: a repeated one gets -1, -2, ..."""
    seen: dict[str, int] = {}
    found = set()
    for part in _parts(text):
        match = _HEADING.match(part[1]) if isinstance(part, tuple) else None
        if match:
            slug = re.sub(r"[^\w\- ]", "", match["title"].lower()).replace(" ", "-")
            repeats = seen.get(slug, 0)
            seen[slug] = repeats + 1
            found.add(f"{slug}-{repeats}" if repeats else slug)
    return found


def links(text: str) -> list[Link]:
    """The links and images of a page outside code, in order."""
    found = []
    for part in _parts(text):
        if isinstance(part, tuple):
            number, line = part
            bare = _CODE_SPAN.sub("", line)
            found += [Link(match["target"], number) for match in _INLINE_LINK.finditer(bare)]
            found += [Link(match["target"], number) for match in _REFERENCE.finditer(bare)]
    return found


def code_spans(text: str) -> list[str]:
    """What stands in single backticks in a page's prose, in order."""
    prose = [part[1] for part in _parts(text) if isinstance(part, tuple)]
    return [match for line in prose for match in re.findall(r"(?<!`)`([^`]+)`(?!`)", line)]


def _parts(text: str) -> Iterator[tuple[int, str] | Block]:
    """Numbered lines of prose, and whole fenced blocks between them."""
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        opening = _FENCE.match(line)
        if not opening:
            yield number, line
            continue
        inside: list[str] = []
        for _, inner in lines:
            closing = _FENCE.match(inner)
            if closing and closing["ticks"].startswith(opening["ticks"]) and not closing["info"].strip():
                break
            inside.append(inner)
        else:
            raise ValueError(f"the code block that opens on line {number} is never closed")
        yield Block(tuple(opening["info"].split()), number + 1, "\n".join(inside))
