"""The gallery: templates that come with Satsuma, one for each question that marketers keep asking."""

from __future__ import annotations

from satsuma.segments.blanks import Blank, BlankKind, Template

_TYPE = Blank(BlankKind.NAME, "An interaction type, such as purchase or email_opened.")
_DAYS = Blank(BlankKind.NUMBER, "How many days back.", 30)

GALLERY = tuple(
    Template(name, text, about, blanks, built_in=True)
    for name, about, text, blanks in (
        (
            "Did something often",
            "People who did something at least so many times lately.",
            "did {{interaction}} at least {{times}} times in the last {{days}} days",
            {
                "interaction": _TYPE,
                "times": Blank(BlankKind.NUMBER, "How many times at least.", 3),
                "days": _DAYS,
            },
        ),
        (
            "Lapsed",
            "People who did something once, but not lately.",
            "did {{interaction}} and not did {{interaction}} in the last {{days}} days",
            {"interaction": _TYPE, "days": Blank(BlankKind.NUMBER, "How many days without it.", 180)},
        ),
        (
            "Received, not opened",
            "People who were sent something lately and did not respond.",
            "did {{sent}} in the last {{days}} days and not did {{response}} in the last {{days}} days",
            {
                "sent": Blank(BlankKind.NAME, "What they received.", "email_delivered"),
                "response": Blank(BlankKind.NAME, "What they did not do.", "email_opened"),
                "days": Blank(BlankKind.NUMBER, "How many days back.", 60),
            },
        ),
        (
            "Big spenders",
            "People whose purchases add up to at least so much lately.",
            "sum of {{amount}} over {{interaction}} in the last {{days}} days >= {{total}}",
            {
                "amount": Blank(BlankKind.NAME, "The attribute that is added up.", "amount"),
                "interaction": Blank(BlankKind.NAME, "The interaction type of a purchase.", "purchase"),
                "days": Blank(BlankKind.NUMBER, "How many days back.", 90),
                "total": Blank(BlankKind.NUMBER, "At least so much.", 500),
            },
        ),
        (
            "Best customers",
            "The top share of all people by what they spent.",
            "top {{percent}}% by sum of {{amount}} over {{interaction}} in the last {{days}} days",
            {
                "percent": Blank(BlankKind.NUMBER, "Which share, in percent.", 5),
                "amount": Blank(BlankKind.NAME, "The attribute that is added up.", "amount"),
                "interaction": Blank(BlankKind.NAME, "The interaction type of a purchase.", "purchase"),
                "days": Blank(BlankKind.NUMBER, "How many days back.", 365),
            },
        ),
        (
            "One thing, then another",
            "People who did one thing and then another soon after.",
            "did {{first}} then {{second}} within {{days}} days",
            {
                "first": Blank(BlankKind.NAME, "What they did first."),
                "second": Blank(BlankKind.NAME, "What they did then."),
                "days": Blank(BlankKind.NUMBER, "How soon after, in days.", 7),
            },
        ),
        (
            "Abandoned",
            "People who began something and did not finish it.",
            "did {{begun}} then not {{finished}} within {{days}} days during last {{window}} days",
            {
                "begun": Blank(BlankKind.NAME, "What they began.", "cart_added"),
                "finished": Blank(BlankKind.NAME, "What they did not do.", "purchase"),
                "days": Blank(BlankKind.NUMBER, "How many days they had.", 2),
                "window": Blank(BlankKind.NUMBER, "How many days back to look.", 14),
            },
        ),
        (
            "Birthday soon",
            "People whose birthday is in the next days.",
            "{{birthdate}} has anniversary in the next {{days}} days",
            {
                "birthdate": Blank(BlankKind.NAME, "The attribute with the date of birth.", "birthdate"),
                "days": Blank(BlankKind.NUMBER, "How many days ahead.", 7),
            },
        ),
        (
            "Near a place",
            "People who live within a distance of a point.",
            "{{home}} within {{km}} km of ({{latitude}}, {{longitude}})",
            {
                "home": Blank(BlankKind.NAME, "The attribute with the location.", "home"),
                "km": Blank(BlankKind.NUMBER, "How far, in kilometres.", 25),
                "latitude": Blank(BlankKind.NUMBER, "Latitude in degrees, north positive."),
                "longitude": Blank(BlankKind.NUMBER, "Longitude in degrees, east positive."),
            },
        ),
        (
            "New",
            "People who were first seen lately.",
            "{{created_at}} within last {{days}} days",
            {
                "created_at": Blank(BlankKind.NAME, "The attribute with the instant.", "created_at"),
                "days": _DAYS,
            },
        ),
        (
            "Test group",
            "A repeatable share of everybody, for an experiment.",
            "sample {{percent}}% salt {{salt}}",
            {
                "percent": Blank(BlankKind.NUMBER, "Which share, in percent.", 10),
                "salt": Blank(BlankKind.TEXT, "The experiment's name: another name, another share."),
            },
        ),
        (
            "One segment without another",
            "Members of one live segment who are not in another.",
            "segment {{audience}} except segment {{suppressed}}",
            {
                "audience": Blank(BlankKind.TEXT, "The segment to take people from."),
                "suppressed": Blank(BlankKind.TEXT, "The segment of those to leave out."),
            },
        ),
    )
)
"""In the order in which they are shown."""
