"""The batteries of a site in the KPI rollup: their charge, capacity and throughput (docs/partner-metrics.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assets.specs import active_specs
from config.database.statements import fetch_row, load_sql
from partner.documents import rounded

SUMS = load_sql("partner", "batteries")
KWH_PER_MWH = 1000


@dataclass(frozen=True)
class Batteries:
    """What is known of a site's batteries; None: nothing.

    `mean_charge` is a share of the capacity, over the period's state snapshots; energies are in MWh; `data_through` is
    the instant of the newest of these snapshots.
    """

    mean_charge: Decimal | None
    throughput: Decimal | None
    data_through: datetime | None
    capacity: Decimal | None


def read(*, asset_ids: Collection[str], start: datetime, end: datetime, now: datetime) -> Batteries:
    """What state snapshots in `[start, end)` say of these batteries, and their capacity as of now."""
    asked = {"asset_ids": list(asset_ids), "start_time": start, "end_time": end}
    mean_charge, throughput, data_through = fetch_row(SUMS, asked)
    specs = active_specs(asset_ids=asset_ids, at=now).values()
    capacities = [spec.max_capacity for spec in specs if spec.max_capacity is not None]
    return Batteries(
        mean_charge=mean_charge,
        throughput=throughput,
        data_through=data_through,
        capacity=sum(capacities, Decimal(0)) if capacities else None,
    )


def figures(batteries: Batteries) -> dict[str, float | None]:
    """The document's block; nothing measures health and warranty yet."""
    return {
        "avg_soc": None if batteries.mean_charge is None else rounded(batteries.mean_charge * 100),
        "avg_soh": None,
        "total_capacity_kwh": _kwh(batteries.capacity),
        "warranty_status": None,
        "throughput_kwh": _kwh(batteries.throughput),
    }


def _kwh(energy: Decimal | None) -> float | None:
    return None if energy is None else rounded(energy * KWH_PER_MWH)
