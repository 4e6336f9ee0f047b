"""Limits of sites and inverters for tests: where they are put, and windows as clients send them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.test import Client

from sites.models import Inverter, InverterLimit, Site, SiteLimit, SiteLimitChange
from tests.factories.clients import ApiClient
from tests.factories.periods import SIX, window_of

DAY = "delivery_day=2026-05-01"
FORM = "/admin/sites/sitelimitchange/add/"


@dataclass(frozen=True)
class Limited:
    """A site or an inverter: the address of its limits, the two powers that they have, and how far a list reaches."""

    owner_id: str
    path: str
    into: str
    out: str
    longest_days: int
    kind: str
    model: type[Model]

    def limit(
        self, slot: int = 0, *, since: datetime = SIX, into: Any = -2, out: Any = "7.50", **fields: Any
    ) -> dict[str, Any]:
        """One slot, so many after six, in which so many MW may flow in and out."""
        return {**window_of(slot, since=since), self.into: into, self.out: out, **fields}

    def put(self, api: ApiClient, *limits: dict[str, Any]) -> dict[str, int]:
        """Put a batch that has to be taken, and answer its counts."""
        counts: dict[str, int] = api.represented("PUT", self.path, {"limits": list(limits)})
        return counts

    def listed(self, api: ApiClient, query: str = DAY) -> list[dict[str, Any]]:
        """What a list answers."""
        limits: list[dict[str, Any]] = api.get(f"{self.path}?limit=1000&{query}")["limits"]
        return limits


def limits_of_site(site: Site) -> Limited:
    """What a site may take from the grid and give to it."""
    path = f"/sites/{site.pk}/limits"
    return Limited(site.pk, path, "power_import", "power_export", 31, "site_limits", SiteLimit)


def limits_of_inverter(inverter: Inverter) -> Limited:
    """What an inverter may charge and discharge with."""
    path = f"/sites/{inverter.site_id}/inverters/{inverter.pk}/limits"
    return Limited(inverter.pk, path, "power_charge", "power_discharge", 7, "inverter_limits", InverterLimit)


def asked(site: Site, **fields: Any) -> dict[str, Any]:
    """What the back office's form sends: 7.5 MW out at most from 17:00 to 20:00, three days across October's change."""
    return {
        "site": site.pk,
        "action": "SET",
        "power_import": "-2",
        "power_export": "7.5",
        "first_day": "2026-10-24",
        "last_day": "2026-10-26",
        "weekdays": [str(number) for number in range(7)],
        "start": "17:00",
        "end": "20:00",
        **fields,
    }


def limit_site(desk: Client, site: Site, **fields: Any) -> SiteLimitChange:
    """The change, previewed in the back office and made."""
    sent = asked(site, **fields)
    shown = desk.post(FORM, sent).context["preview"]
    made = desk.post(FORM, {**sent, "fingerprint": shown.fingerprint, "apply": "yes"})
    assert made.status_code == 302
    return SiteLimitChange.objects.latest("id")
