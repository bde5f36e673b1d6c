"""Letters: the texts of messages that the lists room sends, in each language."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and plain-text body of a message, with `{list}`, `{link}` and `{days}` in their places."""

    subject: str
    body: str

    def filled(self, **values: object) -> Letter:
        """With values in the places; line breaks in a name cannot end the subject."""
        plain = {name: " ".join(str(value).split()) for name, value in values.items()}
        return Letter(self.subject.format(**plain), self.body.format(**plain))


CONFIRM = {
    "en": Letter(
        "Please confirm: {list}",
        "Hello,\n\n"
        "somebody, probably you, asked for this address to be put on the list “{list}”.\n\n"
        "To confirm, open this page and press the button:\n\n{link}\n\n"
        "The link is good for {days} days. If you did not ask for this, do nothing: nothing will be sent.\n",
    ),
    "de": Letter(
        "Bitte bestätigen: {list}",
        "Guten Tag,\n\n"
        "jemand, vermutlich Sie, hat diese Adresse für die Liste „{list}“ angemeldet.\n\n"
        "Zum Bestätigen öffnen Sie diese Seite und drücken den Knopf:\n\n{link}\n\n"
        "Der Link gilt {days} Tage. Wenn Sie das nicht waren, tun Sie nichts: Es wird nichts verschickt.\n",
    ),
}


def language_or_default(language: str | None) -> str:
    """A language that there are texts in: the one given, or English."""
    short = (language or "").split("-")[0].lower()
    return short if short in LANGUAGES else LANGUAGES[0]
