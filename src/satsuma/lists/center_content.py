"""What a subscription centre shows: lists, texts in each language, logo and colour; checked as a whole."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from satsuma.kernel.errors import UsageError
from satsuma.kernel.text import nfc
from satsuma.lists.letters import LANGUAGES

TEXT_CHARS_MAX = 4_000
COLOUR = "#1a5fb4"
LISTS_MAX = 100
LOGO_BYTES_MAX = 200_000

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LOGO = re.compile(r"data:image/(?:png|jpeg|webp|gif);base64,")
_TEXTS = ("title", "introduction", "footer")


@dataclass(frozen=True, slots=True)
class Texts:
    """A centre's own texts in one language; plain text, of which line breaks are kept."""

    title: str = ""
    introduction: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as a centre shows it.

    Attributes:
        list_id: Of the list.
        names, abouts: By language; where there is none, the list's own name and description stand.
    """

    list_id: int
    names: Mapping[str, str] = field(default_factory=dict)
    abouts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """All that a centre shows.

    Attributes:
        lists: In this order.
        texts: By language; the first is the one for people whose language there is not.
        colour: Of buttons and the upper edge, as `#rrggbb`.
        logo: An image as a `data:` URL, so that the page fetches nothing from elsewhere; None is none.
        logo_text: What the logo says, for those who do not see it.
    """

    lists: tuple[Shown, ...] = ()
    texts: Mapping[str, Texts] = field(default_factory=lambda: {"en": Texts()})
    colour: str = COLOUR
    logo: str | None = None
    logo_text: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is in, the default first."""
        return tuple(self.texts)

    def to_json(self) -> dict[str, Any]:
        """As plain data, lists by id."""
        return {
            "lists": [
                {"list": one.list_id, "names": dict(one.names), "abouts": dict(one.abouts)}
                for one in self.lists
            ],
            "texts": {
                language: {name: getattr(texts, name) for name in _TEXTS}
                for language, texts in self.texts.items()
            },
            "colour": self.colour,
            "logo": self.logo,
            "logo_text": self.logo_text,
        }

    def dumps(self) -> str:
        """As it is stored."""
        return json.dumps(self.to_json(), ensure_ascii=False)


def content_of(given: Mapping[str, Any]) -> Content:
    """Content from plain data, in which lists are given by id.

    Raises:
        UsageError: It does not hold together; the message says what was found and expected.
    """
    unknown = sorted(set(given) - {"lists", "texts", "colour", "logo", "logo_text"})
    if unknown:
        raise _refused(f"found the key {unknown[0]!r}, expected lists, texts, colour, logo or logo_text")
    texts = _texts(given.get("texts") or {"en": {}})
    colour = str(given.get("colour") or COLOUR).lower()
    if _COLOUR.fullmatch(colour) is None:
        raise _refused(f"found the colour {colour!r}, expected one such as '#1a5fb4'")
    return Content(
        _lists(given.get("lists") or (), tuple(texts)),
        texts,
        colour,
        _logo(given.get("logo")),
        _text(given.get("logo_text") or "", "logo_text"),
    )


def loads(text: str) -> Content:
    """Content as it was stored."""
    return content_of(json.loads(text))


def _texts(given: object) -> dict[str, Texts]:
    if not isinstance(given, Mapping) or not given:
        raise _refused("found no texts, expected those of at least one language")
    found = {}
    for language, texts in given.items():
        if language not in LANGUAGES:
            raise _refused(f"found the language {language!r}, expected one of: {', '.join(LANGUAGES)}")
        if not isinstance(texts, Mapping) or not set(texts) <= set(_TEXTS):
            raise _refused(f"found {texts!r} as texts of {language}, expected {', '.join(_TEXTS)}")
        found[language] = Texts(**{name: _text(value, name) for name, value in texts.items()})
    return found


def _lists(given: object, languages: tuple[str, ...]) -> tuple[Shown, ...]:
    if not isinstance(given, Iterable) or isinstance(given, str | Mapping):
        raise _refused(f"found {given!r} as lists, expected several")
    found = []
    for one in given:
        whole: Any = {"list": one} if isinstance(one, int) else one
        if not isinstance(whole, Mapping) or not isinstance(whole.get("list"), int):
            raise _refused(f"found {one!r}, expected a list's id, or an object with it as 'list'")
        names, abouts = (
            {
                language: _text(text, kind)
                for language, text in (whole.get(kind) or {}).items()
                if language in languages and text
            }
            for kind in ("names", "abouts")
        )
        found.append(Shown(whole["list"], names, abouts))
    if len(found) > LISTS_MAX:
        raise _refused(f"found {len(found)} lists, expected at most {LISTS_MAX}")
    if len({one.list_id for one in found}) < len(found):
        raise _refused("found a list twice")
    return tuple(found)


def _logo(given: object) -> str | None:
    if given is None or given == "":
        return None
    if not isinstance(given, str) or _LOGO.match(given) is None:
        raise _refused("found a logo that is no data: URL of a PNG, JPEG, WebP or GIF image")
    try:
        image = base64.b64decode(given.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise _refused("found a logo whose base64 cannot be read") from error
    if len(image) > LOGO_BYTES_MAX:
        raise _refused(f"found a logo of {len(image)} bytes, expected at most {LOGO_BYTES_MAX}")
    return given


def _text(given: object, what: str) -> str:
    if not isinstance(given, str):
        raise _refused(f"found {given!r} as {what}, expected a text")
    if len(given) > TEXT_CHARS_MAX:
        raise _refused(f"found {len(given)} characters as {what}, expected at most {TEXT_CHARS_MAX}")
    return nfc(given)


def _refused(message: str) -> UsageError:
    return UsageError(message, code="usage.center")
