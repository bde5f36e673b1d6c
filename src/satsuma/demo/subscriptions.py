"""The demo's lists, consent, subscription center and form: what a shop has that writes to its customers."""

from __future__ import annotations

from collections.abc import Sequence

from satsuma.workspace import Workspace

PUBLIC_URL = "http://127.0.0.1:8000"
CENTER = "Trailhead"
_ASKED = 12
"""How many have yet to confirm a list."""

_TEXTS = {
    "en": {
        "title": "What Trailhead sends you",
        "introduction": "Choose what you would like to read. You can change it at any time.",
        "footer": "Trailhead Outdoor Shop, Hafenstrasse 4, Hamburg",
    },
    "de": {
        "title": "Was Trailhead Ihnen schickt",
        "introduction": "Wählen Sie, was Sie lesen möchten. Sie können es jederzeit ändern.",
        "footer": "Trailhead Outdoor-Laden, Hafenstraße 4, Hamburg",
    },
}


def make_subscriptions(workspace: Workspace) -> None:
    """Make them of the contacts that are known; their consent follows from the order of their keys."""
    workspace.mail.configure(public_url=PUBLIC_URL, sender="Trailhead <news@example.org>")
    keys = [str(key) for key in workspace.sql("SELECT id FROM contact ORDER BY id")["id"].to_pylist()]
    english = workspace.sql("SELECT id FROM contact WHERE language = 'en' ORDER BY id")["id"].to_pylist()
    lists = workspace.lists
    lists.create("Newsletter", description="Monthly, in English").add(str(key) for key in english)
    news = lists.create(
        "Trail news",
        subscription=True,
        double_opt_in=True,
        description="Routes, huts and weather, once a month",
    )
    offers = lists.create("Offers", subscription=True, description="Sales before they begin")
    events = lists.create("Events", subscription=True, description="Talks and tours near you")
    news.add(_every(keys, 3, (0,)), confirmed=True)
    offers.add(_every(keys, 5, (1, 2)))
    events.add(_every(keys, 7, (3,)))
    _consent(workspace, keys)
    news.ask(_every(keys, 3, (1,))[:_ASKED])
    workspace.centers.create(
        CENTER,
        lists=[
            {"list": "Trail news", "names": {"de": "Neues vom Weg"}, "abouts": {"de": "Touren und Wetter"}},
            {
                "list": "Offers",
                "names": {"de": "Angebote"},
                "abouts": {"de": "Früher wissen, was weniger kostet"},
            },
            {"list": "Events", "names": {"de": "Termine"}, "abouts": {"de": "Vorträge und Touren"}},
        ],
        texts=_TEXTS,
        colour="#2e6b4f",
    ).publish()
    workspace.forms.create("Foot of the website", joins="Trail news", fields=["first_name"])


def _consent(workspace: Workspace, keys: Sequence[str]) -> None:
    """Of twenty, eleven agree to marketing, two to subscriptions; three refuse, one wants no e-mail."""
    consent = workspace.consent
    consent.set_level(
        _every(keys, 20, range(11)),
        "marketing",
        source="account sign-up",
        evidence="Terms of 2025, box ticked",
    )
    consent.set_level(_every(keys, 20, (11, 12)), "subscriptions", source="subscription center")
    consent.set_level(_every(keys, 20, (13, 14, 15)), "transactional", source="telephone")
    consent.do_not_email(_every(keys, 20, (16,)), source="letter", evidence="Letter, in the files")


def _every(keys: Sequence[str], period: int, places: Sequence[int]) -> list[str]:
    return [key for place, key in enumerate(keys) if place % period in places]
