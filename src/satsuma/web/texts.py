"""Texts of the public pages, in each language; every language has every text (a test sees to it)."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "language": "English",
        "center_title": "Your subscriptions",
        "center_lists": "What would you like to receive?",
        "center_waiting": "Waiting for your confirmation: please follow the link in the message that"
        " we sent.",
        "center_save": "Save",
        "center_all": "Everything at once",
        "center_leave_all": "Unsubscribe from all lists",
        "center_do_not_email": "Do not send me any e-mail",
        "center_do_not_email_about": "Your subscriptions stay as they are, and nothing is sent while this is"
        " set.",
        "center_saved": "Your choices have been saved.",
        "center_joined": "Subscribed:",
        "center_left": "Unsubscribed:",
        "center_confirm": "Please confirm by the link in the message that is on its way to you:",
        "center_empty": "There is nothing to subscribe to at the moment.",
        "confirm_title": "Please confirm",
        "confirm_question": "Do you want to receive “{list}”?",
        "confirm_button": "Yes, subscribe me",
        "confirm_no": "If not, simply close this page.",
        "confirmed_title": "Thank you",
        "confirmed": "You are subscribed to “{list}”.",
        "onward": "See and change everything that you receive",
        "unsubscribe_title": "Unsubscribe",
        "unsubscribe_question": "Do you no longer want to receive “{list}”?",
        "unsubscribe_all_question": "Do you no longer want to receive any e-mail from us?",
        "unsubscribe_button": "Unsubscribe",
        "unsubscribed_title": "You are unsubscribed",
        "unsubscribed": "You will no longer receive “{list}”.",
        "unsubscribed_all": "You will no longer receive any e-mail from us.",
        "stale_title": "This link is no longer good",
        "stale": "It may be too old, or may have been copied in part. The latest message that you have from"
        " us has a new one.",
        "joined_title": "Thank you",
        "joined": "If everything is right with the address, it is on the list, or a message with a link to"
        " confirm is on its way to it.",
        "join_title": "Subscribe",
        "join_email": "E-mail address",
        "join_button": "Subscribe",
        "join_trap": "Leave this empty",
        "join_bad": "Please give an e-mail address, such as name@example.org.",
        "busy_title": "Please wait a moment",
        "busy": "There have been too many requests from where you are. Try again in a few minutes.",
    },
    "de": {
        "language": "Deutsch",
        "center_title": "Ihre Abonnements",
        "center_lists": "Was möchten Sie erhalten?",
        "center_waiting": "Wartet auf Ihre Bestätigung: Bitte folgen Sie dem Link in unserer Nachricht.",
        "center_save": "Speichern",
        "center_all": "Alles auf einmal",
        "center_leave_all": "Von allen Listen abmelden",
        "center_do_not_email": "Schicken Sie mir keine E-Mails",
        "center_do_not_email_about": "Ihre Abonnements bleiben bestehen; verschickt wird solange nichts.",
        "center_saved": "Ihre Auswahl ist gespeichert.",
        "center_joined": "Angemeldet:",
        "center_left": "Abgemeldet:",
        "center_confirm": "Bitte bestätigen Sie über den Link in der Nachricht, die Sie gleich bekommen:",
        "center_empty": "Zurzeit gibt es nichts zu abonnieren.",
        "confirm_title": "Bitte bestätigen",
        "confirm_question": "Möchten Sie „{list}“ erhalten?",
        "confirm_button": "Ja, anmelden",
        "confirm_no": "Wenn nicht, schließen Sie einfach diese Seite.",
        "confirmed_title": "Vielen Dank",
        "confirmed": "Sie sind für „{list}“ angemeldet.",
        "onward": "Alles sehen und ändern, was Sie erhalten",
        "unsubscribe_title": "Abmelden",
        "unsubscribe_question": "Möchten Sie „{list}“ nicht mehr erhalten?",
        "unsubscribe_all_question": "Möchten Sie keine E-Mails mehr von uns erhalten?",
        "unsubscribe_button": "Abmelden",
        "unsubscribed_title": "Sie sind abgemeldet",
        "unsubscribed": "Sie erhalten „{list}“ nicht mehr.",
        "unsubscribed_all": "Sie erhalten keine E-Mails mehr von uns.",
        "stale_title": "Dieser Link gilt nicht mehr",
        "stale": "Vielleicht ist er zu alt oder nicht vollständig kopiert. In unserer letzten Nachricht an"
        " Sie steht ein neuer.",
        "joined_title": "Vielen Dank",
        "joined": "Wenn mit der Adresse alles stimmt, steht sie auf der Liste, oder es ist eine Nachricht mit"
        " einem Link zum Bestätigen an sie unterwegs.",
        "join_title": "Anmelden",
        "join_email": "E-Mail-Adresse",
        "join_button": "Anmelden",
        "join_trap": "Bitte frei lassen",
        "join_bad": "Bitte geben Sie eine E-Mail-Adresse an, etwa name@example.org.",
        "busy_title": "Bitte einen Moment Geduld",
        "busy": "Es kamen zu viele Anfragen von Ihrem Anschluss. Versuchen Sie es in ein"
        " paar Minuten wieder.",
    },
}
"""Language → name of the text → text; `{list}` is the name of a list."""

LANGUAGES = tuple(TEXTS)


def wanted_language(asked: str | None, accepted: str | None, among: tuple[str, ...] = LANGUAGES) -> str:
    """The language of a page: the one asked for, or the first that the browser accepts, or the default.

    Args:
        asked: From the address, such as `de`.
        accepted: The header field `Accept-Language`, such as `de-AT,de;q=0.9,en;q=0.5`.
        among: Languages that there are, the default first.

    >>> wanted_language(None, "fr,de-AT;q=0.9,en;q=0.5")
    'de'
    """
    if asked in among:
        return str(asked)
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate((accepted or "").split(",")[:20]):
        language, _, weight = part.strip().partition(";")
        short = language.split("-")[0].strip().lower()
        if short in among:
            found.append((-_weight(weight), place, short))
    return min(found)[2] if found and min(found)[0] < 0 else among[0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
