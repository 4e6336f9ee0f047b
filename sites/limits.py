"""What points of connection and inverters may do per window: what comes in, and how it is stored [ST6]."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import Field, TypeAdapter

from assets.period_items import PeriodItem
from assets.period_store import Periods, put_periods
from config.api.batches import Stored
from config.api.values import NonNegative, NonPositive
from config.database.periods import PeriodTable
from sites.models import InverterLimit, SiteLimit
from sites.queries import check_inverter, lock_inverters, lock_sites

WINDOW = ("start_time", "end_time")
STAMPS = ("created_at", "updated_at")


class SiteLimitItem(PeriodItem):
    """What a site may take from the grid and give to it in one window, in MW."""

    power_import: NonPositive = Field(description="MW out of the grid, as a negative number.")
    power_export: NonNegative = Field(description="MW into the grid.")


class InverterLimitItem(PeriodItem):
    """What an inverter may charge and discharge with in one window, in MW."""

    power_charge: NonPositive = Field(description="MW into the assets, as a negative number.")
    power_discharge: NonNegative = Field(description="MW out of the assets.")


SITE_LIMITS: Periods[SiteLimitItem] = Periods(
    kind="site_limits",
    field="limits",
    table=PeriodTable(SiteLimit, answer=(*WINDOW, "power_import", "power_export", *STAMPS)),
    items=TypeAdapter(list[SiteLimitItem]),
    lock_owners=lock_sites,
)
INVERTER_LIMITS: Periods[InverterLimitItem] = Periods(
    kind="inverter_limits",
    field="limits",
    table=PeriodTable(InverterLimit, answer=(*WINDOW, "power_charge", "power_discharge", *STAMPS)),
    items=TypeAdapter(list[InverterLimitItem]),
    lock_owners=lock_inverters,
)


def put_site_limits(*, site_id: str, items: Sequence[SiteLimitItem], now: datetime) -> Stored:
    """Store windows of a site, all or nothing; one with the same start is overwritten, others stay.

    Raises InvalidError naming windows of the same start [B2], or UnknownSiteError.
    """
    return put_periods(SITE_LIMITS, owner_id=site_id, items=items, now=now)


def put_inverter_limits(*, site_id: str, inverter_id: str, items: Sequence[InverterLimitItem], now: datetime) -> Stored:
    """Likewise of an inverter. Raises UnknownSiteError, or UnknownInverterError also if it is another site's."""

    def lock_owners(inverter_ids: Collection[str], *, visible: Collection[str] | None) -> None:
        check_inverter(site_id=site_id, inverter_id=inverter_id)
        lock_inverters(inverter_ids, visible=visible)

    limits = replace(INVERTER_LIMITS, lock_owners=lock_owners)
    return put_periods(limits, owner_id=inverter_id, items=items, now=now)
