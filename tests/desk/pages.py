"""The back office's pages, with something on each, and what a reader finds on them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.test import Client

from assets.vocabulary import Lifecycle, Status
from tests.back_office import page_of
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile
from tests.factories.site_limits import limit_site
from tests.factories.sites import add_inverter, add_site
from tests.factories.snapshots import make_snapshot
from tests.factories.specs import put_spec
from tests.factories.statuses import note

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
UNSEEN = ("script", "style", "code", "pre", "template", "svg")
SAID_IN = ("aria-label", "placeholder", "alt", "title")


def furnished(desk: Client) -> list[str]:
    """The addresses of pages that operators see, after something was made for each."""
    asset = make_asset(Lifecycle.LIVE)
    spec = put_spec(asset, 1, rated_power=5)
    note(asset, Status.FAULT, hour=1)
    site = add_site()
    inverter = add_inverter(site, asset.pk)
    profile = make_profile(site)
    snapshot = make_snapshot(profile, now=NOW)
    key, partner_key = make_api_key("assets:read"), make_partner_key(site)
    form = {"asset_ids": asset.pk, "action": "LOCK", "source": "OPERATIONS", "first_day": "2026-10-24"}
    hours = {"last_day": "2026-10-26", "weekdays": ["5", "6"], "start": "17:00", "end": "20:00"}
    desk.post("/admin/markets/limitchange/add/", form | hours)
    limited = limit_site(desk, site)
    desk.post(page_of(asset, "move/suspend"))
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    records = [
        page_of(one) for one in (asset, spec, site, inverter, profile, snapshot, key.key, partner_key.key, limited)
    ]
    return [
        "/admin/",
        *lists,
        *(f"{address}add/" for address in lists if desk.get(f"{address}add/").status_code == 200),
        *records,
        page_of(asset, "past/statuses"),
        page_of(asset, "past/dispatches"),
        page_of(asset, "delete"),
        "/admin/audit/",
        "/admin/health/",
        "/admin/imports/",
        "/admin/dead-events/",
        "/admin/needing/is_locked/",
        "/admin/one-time-codes/",
        "/admin/password_change/",
    ]


class _Reader(HTMLParser):
    """Collects what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.depth += tag in UNSEEN
        self.texts += [text for name in SAID_IN if (text := given.get(name)) and tag != "time"]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.texts.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.texts.append(data)


def texts_of(answer: Any) -> Iterator[str]:
    """What a page says, text by text, to eyes and to screen readers."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    for text in reader.texts:
        if said := " ".join(text.split()):
            yield said
