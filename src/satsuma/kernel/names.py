"""Names: what entities, attributes, interaction types, segments and lists may be called.

Any text that can be printed, up to 120 characters. Refused is what nobody can see or copy: control
characters, line breaks, invisible formatting (save the joiners that scripts and emoji need), space at
either end. Whether a code point is assigned is not asked, so that the answer does not change with a Unicode
version.
"""

import unicodedata
from collections.abc import Iterable

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import NAME_CHARS_MAX
from satsuma.kernel.text import fold, nfc

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_INVISIBLE = {"Cf", "Me", "Mn", "Zs"}  # by themselves
_JOINERS = {"\u200c", "\u200d"}
_TAGS = range(0xE0020, 0xE0080)  # flags of regions are spelled with them


def check_name(name: str, *, what: str = "name") -> str:
    """The name in normal form C, which is how names are kept.

    Args:
        name: What somebody wants to call something.
        what: The kind of name, for the message, such as "attribute name".

    Raises:
        UsageError: Empty, longer than NAME_CHARS_MAX, with space at an end, or not printable.
    """
    name = nfc(name)
    categories = [unicodedata.category(character) for character in name]
    if not name.strip() or _INVISIBLE.issuperset(categories):
        raise _refused(what, name, "expected at least one printable character")
    if len(name) > NAME_CHARS_MAX:
        raise _refused(what, name, f"expected at most {NAME_CHARS_MAX} characters, not {len(name)}")
    if name != name.strip():
        raise _refused(what, name, "expected no space before or after it")
    for character, category in zip(name, categories, strict=True):
        if category in _UNPRINTABLE and character not in _JOINERS and ord(character) not in _TAGS:
            raise _refused(what, name, f"expected printable characters, not U+{ord(character):04X}")
    return name


def name_key(name: str) -> str:
    """What two names share that differ in case alone; segments and lists are unique by it."""
    return fold(name)


def key_given(key: str) -> str:
    """A key of a record, or an interaction's id, that a caller gives, in normal form C: so keys are kept.

    Raises:
        UsageError: It is no text.
    """
    if not isinstance(key, str):
        raise UsageError(f"found {key!r}, expected a key: keys are text", code="usage.key")
    if any(unicodedata.category(character) == "Cs" for character in key):
        raise UsageError(f"found {key!a}, which is no text, expected a key", code="usage.key")
    return nfc(key)


def keys_given(keys: Iterable[str]) -> list[str]:
    """Keys that a caller gives (see `key_given`), each once, in their order.

    Raises:
        UsageError: It is one text, not several, or one of them is no text.
    """
    if isinstance(keys, str):
        raise UsageError("found one text, expected a list", hint=f"give [{keys!r}]", code="usage.key")
    return list(dict.fromkeys(map(key_given, keys)))


def _refused(what: str, name: str, expected: str) -> UsageError:
    shown = ascii(name if len(name) <= 40 else name[:37] + "...")
    return UsageError(f"{what} {shown} cannot be used; {expected}", code="usage.name")
