"""Names as words: attributes, entities and interaction types as nouns and verbs of a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from satsuma.language.english.messages import message

VERBS: Mapping[str, str] = {
    "abandoned": "abandon",
    "accepted": "accept",
    "activated": "activate",
    "added": "add",
    "answered": "answer",
    "attended": "attend",
    "booked": "book",
    "bought": "buy",
    "called": "call",
    "cancelled": "cancel",
    "changed": "change",
    "clicked": "click",
    "closed": "close",
    "completed": "complete",
    "confirmed": "confirm",
    "created": "create",
    "declined": "decline",
    "deleted": "delete",
    "downloaded": "download",
    "earned": "earn",
    "finished": "finish",
    "forwarded": "forward",
    "installed": "install",
    "joined": "join",
    "liked": "like",
    "made": "make",
    "opened": "open",
    "ordered": "order",
    "paid": "pay",
    "placed": "place",
    "played": "play",
    "purchased": "purchase",
    "rated": "rate",
    "read": "read",
    "received": "receive",
    "redeemed": "redeem",
    "removed": "remove",
    "renewed": "renew",
    "returned": "return",
    "reviewed": "review",
    "saved": "save",
    "scanned": "scan",
    "scheduled": "schedule",
    "searched": "search",
    "shared": "share",
    "signed": "sign",
    "started": "start",
    "submitted": "submit",
    "subscribed": "subscribe",
    "unsubscribed": "unsubscribe",
    "updated": "update",
    "uploaded": "upload",
    "used": "use",
    "viewed": "view",
    "visited": "visit",
    "watched": "watch",
}
"""Last words of type names that say what somebody did, with what they are after `did not`."""

NOUNS: Mapping[str, tuple[str, str]] = {
    "call": ("made", "make"),
    "download": ("made", "make"),
    "order": ("placed", "place"),
    "payment": ("made", "make"),
    "purchase": ("made", "make"),
    "visit": ("made", "make"),
}
"""Type names of things that somebody does: what is done with them."""

DEEDS: Mapping[str, tuple[str, str, str, str]] = {
    "cart added": ("added to the cart", "add to the cart", "addition to the cart", "additions to the cart"),
    "signed up": ("signed up", "sign up", "sign-up", "sign-ups"),
    "sign up": ("signed up", "sign up", "sign-up", "sign-ups"),
    "logged in": ("logged in", "log in", "log-in", "log-ins"),
    "login": ("logged in", "log in", "log-in", "log-ins"),
}
"""Type names that follow no rule: past, base, one of them, several of them."""

PEOPLE = frozenset(
    ("contact", "customer", "lead", "member", "patient", "person", "student", "subscriber", "user", "visitor")
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPACED = re.compile(r"[_\s-]+")
_WORDLIKE = re.compile(r"[^\W_]+(?: [^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Deed:
    """An interaction type as words.

    Attributes:
        past, base: "opened an email", and after "did not": "open an email".
        thing, things: "email opened", "emails opened".
    """

    past: str
    base: str
    thing: str
    things: str


def words_of(name: str) -> str:
    """A name as words: `first_name` is "first name"; in quotes where it has other characters."""
    spaced = _SPACED.sub(" ", _CAMEL.sub(" ", name)).strip()
    if _WORDLIKE.fullmatch(spaced) is None:
        return message("value.text", text=name)
    return " ".join(word if word.isupper() else word.lower() for word in spaced.split())


def path_words(path: str) -> str:
    """A path as words: `account.industry` is "account’s industry"."""
    steps = path.split(".")
    if not all(step and _WORDLIKE.fullmatch(_SPACED.sub(" ", step).strip()) for step in steps):
        return message("value.text", text=path)
    found = words_of(steps[0])
    for step in steps[1:]:
        key = "value.owner.plural" if found.endswith("s") else "value.owner"
        found = message(key, owner=found, attribute=words_of(step))
    return found


def plural(noun: str) -> str:
    """The plural of an English noun, by the rules that most follow."""
    lower = noun.lower()
    if lower.endswith("person"):
        return noun[:-4] + "ople"
    if noun.endswith("”"):
        return noun
    if lower.endswith("y") and lower[-2:-1] not in set("aeiou"):
        return noun[:-1] + "ies"
    return noun + ("es" if lower.endswith(("s", "x", "z", "ch", "sh")) else "s")


def singular(noun: str) -> str:
    """The singular of a noun that may be a plural."""
    lower = noun.lower()
    if lower.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if lower.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) else noun


def with_article(noun: str) -> str:
    """A noun after "a" or "an"."""
    start = noun.lstrip("“").lower()
    vowel = start[:1] in set("aeiou") and not start.startswith(("uni", "use", "one "))
    return message("article.an" if vowel else "article.a", noun=noun)


def deed_of(name: str) -> Deed:
    """An interaction type, or a pattern of types, as words."""
    if "*" in name.replace("\\*", ""):
        pattern = message("value.text", text=name)
        object_ = message("deed.like", pattern=pattern)
        return Deed(
            message("deed.had", object=object_),
            message("deed.have", object=object_),
            message("thing.like", pattern=pattern),
            message("things.like", pattern=pattern),
        )
    words = words_of(name.replace("\\*", "*"))
    if words in DEEDS:
        return Deed(*DEEDS[words])
    *before, last = words.split()
    base = VERBS.get(last)
    if base is not None and before:
        noun = " ".join(before)
        return Deed(
            message("deed.object", verb=last, object=with_article(noun)),
            message("deed.object", verb=base, object=with_article(noun)),
            message("thing.done", object=noun, participle=last),
            message("thing.done", object=plural(noun), participle=last),
        )
    if base is not None:
        quoted = message("value.text", text=name)
        return Deed(last, base, quoted, quoted)
    past, base = NOUNS.get(last, ("", ""))
    if past:
        past_text = message("deed.object", verb=past, object=with_article(words))
        base_text = message("deed.object", verb=base, object=with_article(words))
        return Deed(past_text, base_text, words, plural(words))
    had, have = (message(key, object=with_article(words)) for key in ("deed.had", "deed.have"))
    return Deed(had, have, words, plural(words))
