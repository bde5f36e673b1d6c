"""Generate the demo's records and interactions as Arrow tables from one seed.

Everything is drawn with NumPy's PCG64 and placed relative to an anchor instant, so one seed and one anchor
give the same tables on every machine. Activity is Zipf-like over contacts, thins out into the past and
follows the hours of a day; opens follow deliveries, clicks follow opens, purchases follow carts, so that
funnels and sequences look real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DAY_US = 86_400_000_000
HISTORY_DAYS = 730

_FIRST = [
    "Ada",
    "Ben",
    "Carla",
    "Dana",
    "Emil",
    "Fatima",
    "Georg",
    "Hana",
    "Ines",
    "Jonas",
    "Karim",
    "Lena",
    "Mateo",
    "Nora",
    "Omar",
    "Paula",
    "Quentin",
    "Rosa",
    "Sven",
    "Tara",
    "Umut",
    "Vera",
    "Wanda",
    "Yusuf",
    "Zoë",
]
_LAST = [
    "Abel",
    "Brandt",
    "Costa",
    "Demir",
    "Ebert",
    "Fischer",
    "García",
    "Huber",
    "Ivanov",
    "Jansen",
    "Keller",
    "López",
    "Martin",
    "Novák",
    "Olsen",
    "Petit",
    "Quandt",
    "Rossi",
    "Schäfer",
    "Töpfer",
    "Ueda",
    "Vogel",
    "Weber",
    "Yıldız",
    "Zimmermann",
]
_CITIES = [
    ("Berlin", "DE", 52.52, 13.405),
    ("Hamburg", "DE", 53.551, 9.994),
    ("München", "DE", 48.137, 11.575),
    ("Köln", "DE", 50.938, 6.96),
    ("Paris", "FR", 48.857, 2.352),
    ("Lyon", "FR", 45.764, 4.836),
    ("Madrid", "ES", 40.417, -3.704),
    ("Valencia", "ES", 39.47, -0.376),
    ("London", "GB", 51.507, -0.128),
    ("Leeds", "GB", 53.801, -1.549),
    ("San Francisco", "US", 37.775, -122.419),
    ("Wien", "AT", 48.208, 16.374),
]
_INTERESTS = ["hiking", "climbing", "camping", "skiing", "cycling", "kayaking"]
_CAMPAIGNS = ["spring", "summer sale", "autumn", "winter", "welcome", "newsletter", "webinar invitation"]
_PAGES = [
    "/",
    "/boots",
    "/tents",
    "/jackets",
    "/packs",
    "/climbing",
    "/cooking",
    "/about",
    "/stores",
    "/checkout",
]
_LINKS = ["hero", "product", "footer", "unsubscribe"]
_FORMS = ["contact us", "webinar", "catalogue request", "store visit"]
_CATEGORIES = ["Boots", "Tents", "Jackets", "Packs", "Climbing", "Cooking"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each; `interactions` is a lower bound that the whole reaches closely."""

    contacts: int = 25_000
    accounts: int = 2_000
    products: int = 360
    events: int = 48
    registrations: int = 20_000
    interactions: int = 1_050_000


@dataclass(frozen=True, slots=True)
class Batch:
    """One table on its way in: records of an entity, or interactions of a type."""

    target: str
    interactions: bool
    table: pa.Table


def keys(prefix: str, count: int) -> NDArray[np.object_]:
    """Keys `c-00001`, ... of one width."""
    width = len(str(count))
    return np.array([f"{prefix}-{n:0{width}d}" for n in range(1, count + 1)], dtype=object)


def generate(anchor: int, seed: int = 20_260_101, sizes: Sizes | None = None) -> Iterator[Batch]:
    """Tables of the demo, records first.

    Args:
        anchor: Instant in microseconds UTC before which everything happened.
        seed: Of the generator.
        sizes: How much; the demo's by default.

    Yields:
        Batches whose tables have `id` and attributes (records), or `id`, `contact`, `occurred_at` and
        attributes.
    """
    sizes = sizes or Sizes()
    rng = np.random.default_rng(seed)
    yield Batch("account", False, _accounts(rng, sizes))
    products, prices = _products(rng, sizes)
    yield Batch("product", False, products)
    yield Batch("event", False, _events(rng, sizes, anchor))
    yield Batch("contact", False, _contacts(rng, sizes, anchor))
    yield Batch("registration", False, _registrations(rng, sizes, anchor))
    yield from _interactions(rng, sizes, anchor, prices)


def _table(columns: Mapping[str, Any]) -> pa.Table:
    """A table of NumPy arrays, Arrow arrays and lists."""
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def _pick(
    rng: np.random.Generator, values: list[str], size: int, p: list[float] | None = None
) -> NDArray[np.object_]:
    return np.array(values, dtype=object)[rng.choice(len(values), size, p=p)]


def _with_missing(rng: np.random.Generator, values: NDArray[np.object_], share: float) -> NDArray[np.object_]:
    values = values.copy()
    values[rng.random(len(values)) < share] = None
    return values


def _cents(values: NDArray[np.float64]) -> pa.Array[Any]:
    whole = pa.array(np.round(values * 100).astype(np.int64)).cast(pa.decimal128(19, 0))
    return pa.compute.divide(whole.cast(pa.decimal128(24, 2)), pa.scalar(100, pa.decimal128(3, 0))).cast(
        pa.decimal128(18, 4), safe=False
    )


def _instants(values: NDArray[np.int64]) -> pa.Array[Any]:
    return pa.array(values, pa.int64()).cast(pa.timestamp("us", "UTC"))


def _dates(days: NDArray[np.int64]) -> pa.Array[Any]:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


def _accounts(rng: np.random.Generator, sizes: Sizes) -> pa.Table:
    n = sizes.accounts
    stems = _pick(rng, _LAST, n)
    kinds = _pick(rng, ["Outdoor", "Reisen", "Media", "Works", "Schule", "Klinik"], n)
    return _table(
        {
            "id": keys("a", n),
            "name": [
                f"{stem} {kind} {i}" for i, (stem, kind) in enumerate(zip(stems, kinds, strict=True), 1)
            ],
            "industry": _pick(rng, ["Retail", "Media", "Tourism", "Manufacturing", "Education", "Health"], n),
            "country": _pick(
                rng, ["DE", "FR", "ES", "GB", "US", "AT"], n, [0.45, 0.15, 0.1, 0.12, 0.1, 0.08]
            ),
            "revenue": _cents(np.exp(rng.normal(14, 1.4, n))),
            "employees": np.exp(rng.normal(4, 1.2, n)).astype(np.int64) + 1,
        }
    )


def _products(rng: np.random.Generator, sizes: Sizes) -> tuple[pa.Table, NDArray[np.float64]]:
    n = sizes.products
    category = _pick(rng, _CATEGORIES, n)
    price = np.round(np.exp(rng.normal(4.2, 0.7, n)), 2).astype(np.float64)
    table = _table(
        {
            "id": keys("p", n),
            "name": [f"{kind} model {i}" for i, kind in enumerate(category, 1)],
            "category": category,
            "price": _cents(price),
        }
    )
    return table, price


def _events(rng: np.random.Generator, sizes: Sizes, anchor: int) -> pa.Table:
    n = sizes.events
    starts = anchor + rng.integers(-600, 60, n) * DAY_US + rng.integers(8, 18, n) * 3_600_000_000
    return _table(
        {
            "id": keys("e", n),
            "name": [f"Event {i}" for i in range(1, n + 1)],
            "kind": _pick(rng, ["webinar", "workshop", "trade fair"], n, [0.6, 0.3, 0.1]),
            "starts_at": _instants(starts.astype(np.int64)),
        }
    )


def _contacts(rng: np.random.Generator, sizes: Sizes, anchor: int) -> pa.Table:
    n = sizes.contacts
    ids = keys("c", n)
    first, last = _pick(rng, _FIRST, n), _pick(rng, _LAST, n)
    city = rng.choice(
        len(_CITIES), n, p=[0.2, 0.12, 0.12, 0.08, 0.1, 0.05, 0.07, 0.04, 0.08, 0.03, 0.06, 0.05]
    )
    place = rng.normal(0, 0.25, (n, 2))
    without_home = rng.random(n) < 0.08
    home = [
        None
        if without_home[i]
        else {
            "latitude": round(_CITIES[c][2] + place[i, 0], 5),
            "longitude": round(_CITIES[c][3] + place[i, 1], 5),
        }
        for i, c in enumerate(city)
    ]
    interests = [
        sorted({_INTERESTS[k] for k in rng.integers(0, 6, count)}) or None for count in rng.integers(0, 4, n)
    ]
    account = _with_missing(rng, keys("a", sizes.accounts)[rng.integers(0, sizes.accounts, n)], 0.3)
    today = anchor // DAY_US
    birth = today - rng.integers(18 * 365, 80 * 365, n)
    renewal = today + rng.integers(-200, 400, n)
    return _table(
        {
            "id": ids,
            "first_name": first,
            "last_name": last,
            "email": [f"{key}@customers.example" for key in ids],
            "city": _with_missing(rng, np.array([_CITIES[c][0] for c in city], dtype=object), 0.04),
            "country": np.array([_CITIES[c][1] for c in city], dtype=object),
            "home": pa.array(home, pa.struct([("latitude", pa.float64()), ("longitude", pa.float64())])),
            "birthdate": pa.compute.if_else(pa.array(rng.random(n) < 0.15), None, _dates(birth)),
            "language": _pick(rng, ["de", "en", "fr", "es"], n, [0.5, 0.25, 0.15, 0.1]),
            "tier": _with_missing(rng, _pick(rng, ["bronze", "silver", "gold"], n, [0.7, 0.22, 0.08]), 0.2),
            "status": _pick(rng, ["onboarding", "active", "dormant"], n, [0.1, 0.65, 0.25]),
            "interests": pa.array(interests, pa.list_(pa.string())),
            "lead_score": rng.integers(0, 101, n),
            "created_at": _instants(
                (anchor - rng.integers(1, HISTORY_DAYS * 24, n) * 3_600_000_000).astype(np.int64)
            ),
            "renewal_date": pa.compute.if_else(pa.array(rng.random(n) < 0.5), None, _dates(renewal)),
            "account": account,
        }
    )


def _registrations(rng: np.random.Generator, sizes: Sizes, anchor: int) -> pa.Table:
    n = sizes.registrations
    contact = keys("c", sizes.contacts)[_members(rng, n, sizes.contacts)]
    return _table(
        {
            "id": keys("r", n),
            "contact": contact,
            "event": keys("e", sizes.events)[rng.integers(0, sizes.events, n)],
            "attended": rng.random(n) < 0.55,
            "registered_at": _instants(_times(rng, n, anchor)),
        }
    )


def _members(rng: np.random.Generator, n: int, contacts: int) -> NDArray[np.int64]:
    """Contact positions with a Zipf-like weight: a few do a lot, most do little."""
    weight = 1.0 / np.power(np.arange(1, contacts + 1), 0.6)
    edges = np.cumsum(weight / weight.sum())
    order = rng.permutation(contacts)
    drawn = np.searchsorted(edges, rng.random(n), side="right").clip(0, contacts - 1)
    return np.asarray(order[drawn], dtype=np.int64)


def _times(rng: np.random.Generator, n: int, anchor: int) -> NDArray[np.int64]:
    """Instants before the anchor, thinning out into the past, mostly by day."""
    days = (HISTORY_DAYS * rng.beta(1.0, 1.8, n)).astype(np.int64)
    hour_us = (rng.normal(14, 4.5, n) % 24 * 3_600_000_000).astype(np.int64)
    at = anchor - (days + 1) * DAY_US + hour_us
    return np.asarray(np.minimum(at, anchor - 1), dtype=np.int64)


def _later(
    rng: np.random.Generator, at: NDArray[np.int64], mean_hours: float, anchor: int
) -> NDArray[np.int64]:
    delay = (rng.exponential(mean_hours, len(at)) * 3_600_000_000).astype(np.int64) + 1_000_000
    return np.asarray(np.minimum(at + delay, anchor - 1), dtype=np.int64)


def _interactions(
    rng: np.random.Generator, sizes: Sizes, anchor: int, prices: NDArray[np.float64]
) -> Iterator[Batch]:
    contact_keys = keys("c", sizes.contacts)
    product_keys = keys("p", sizes.products)

    def batch(name: str, who: NDArray[np.int64], at: NDArray[np.int64], **columns: object) -> Batch:
        order = np.argsort(at, kind="stable")
        table = _table(
            {
                "id": keys(name, len(at)),
                "contact": contact_keys[who[order]],
                "occurred_at": _instants(at[order]),
                **{
                    k: v.take(order) if isinstance(v, pa.Array) else np.asarray(v)[order]
                    for k, v in columns.items()
                },
            }
        )
        return Batch(name, True, table)

    def drawn(share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        n = int(sizes.interactions * share)
        return _members(rng, n, sizes.contacts), _times(rng, n, anchor)

    who, at = drawn(0.40)
    campaign = _pick(rng, _CAMPAIGNS, len(at))
    yield batch("email_delivered", who, at, campaign=campaign)
    opened = rng.random(len(at)) < 0.45
    who, at, campaign = who[opened], _later(rng, at[opened], 9, anchor), campaign[opened]
    yield batch(
        "email_opened",
        who,
        at,
        campaign=campaign,
        device=_pick(rng, ["phone", "desktop", "tablet"], len(at), [0.6, 0.3, 0.1]),
    )
    clicked = rng.random(len(at)) < 0.3
    who, at, campaign = who[clicked], _later(rng, at[clicked], 0.1, anchor), campaign[clicked]
    yield batch(
        "email_clicked", who, at, campaign=campaign, link=_pick(rng, _LINKS, len(at), [0.4, 0.45, 0.1, 0.05])
    )

    who, at = drawn(0.26)
    seconds = np.exp(rng.normal(3, 1, len(at))).astype(np.int64)
    yield batch("page_viewed", who, at, url=_pick(rng, _PAGES, len(at)), seconds=seconds)
    who, at = drawn(0.03)
    yield batch("form_submitted", who, at, form=_pick(rng, _FORMS, len(at)))

    who, at = drawn(0.06)
    item = rng.integers(0, sizes.products, len(at))
    count = 1 + rng.poisson(0.4, len(at))
    yield batch("cart_added", who, at, product=product_keys[item], quantity=count)
    bought = rng.random(len(at)) < 0.55
    who, at, item, count = who[bought], _later(rng, at[bought], 14, anchor), item[bought], count[bought]
    amount = _cents(prices[item] * count)
    yield batch("purchase", who, at, product=product_keys[item], quantity=count, amount=amount)

    who, at = drawn(0.012)
    yield batch(
        "support_ticket",
        who,
        at,
        status=_pick(rng, ["open", "closed"], len(at), [0.2, 0.8]),
        priority=_pick(rng, ["low", "high", "urgent"], len(at), [0.7, 0.22, 0.08]),
    )


def anchor_of(day: dt.date) -> int:
    """The first instant of a UTC day, in microseconds."""
    return (day - dt.date(1970, 1, 1)).days * DAY_US
