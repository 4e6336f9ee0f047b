"""The demo's PV plant: a site that a partner abroad shows, fed with measured days.

Leitstand's sites lie in DE or PL; what partners see of one follows its profile, which may be elsewhere [P3]. So the
plant's id says DE_50HZ, and its clock, its position and its money are South African.
"""

from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from assets.vocabulary import DeliveryArea
from config.desk.demo.fleet import DemoInverter, DemoSite
from partner.vocabulary import TariffDays

PUBLIC_NAME = "Sibaya"
ZONE = ZoneInfo("Africa/Johannesburg")

# In the order of their ids: the plant without inverter 2, then inverter 2, whose own readings were measured.
REST_OF_PLANT = DemoInverter(
    rated_power=Decimal("0.225"),
    asset_codes=("SIBAYA",),
    efficiency=Decimal("0.975"),
    plant_data={
        "serial_number": "INV-2021-0048",
        "commissioned_on": date(2021, 9, 6),
        "service_interval_days": 365,
        "rated_dc_power": Decimal("0.248"),
    },
    serviced_days_ago=290,
)
INVERTER_2 = DemoInverter(
    rated_power=Decimal("0.15"),
    asset_codes=("SIBAYA",),
    efficiency=Decimal("0.975"),
    plant_data={
        "serial_number": "INV-2021-0049",
        "commissioned_on": date(2021, 9, 6),
        "service_interval_days": 180,
        "rated_dc_power": Decimal("0.16"),
    },
    serviced_days_ago=150,
)
SIBAYA = DemoSite("SIBAYA", "Sibaya solar plant", DeliveryArea.HZ50, (REST_OF_PLANT, INVERTER_2))

PROFILE: dict[str, Any] = {
    "public_name": PUBLIC_NAME,
    "time_zone": ZONE.key,
    "latitude": Decimal("-29.65"),
    "longitude": Decimal("31.08"),
    "tilt": Decimal(10),
    "azimuth": Decimal(0),  # south of the equator the sun stands in the north at noon
    "currency": "ZAR",
    "tariff": Decimal("1.18"),  # per kWh; in force outside the periods below, at night
    "pr_target": Decimal("0.78"),
    "availability_target": Decimal("0.98"),
}


def _period(name: str, rate: str, days: TariffDays, start_hour: int, end_hour: int) -> dict[str, Any]:
    hours = {"start_time": time(start_hour), "end_time": time(end_hour)}
    return {"name": name, "rate": Decimal(rate), "days": days, **hours}


# Made up, in the manner of the country's time-of-use tariffs: dear mornings and evenings, cheap nights and Sundays.
TARIFF_PERIODS = (
    _period("standard", "1.74", TariffDays.WEEKDAYS, 6, 7),
    _period("peak", "2.56", TariffDays.WEEKDAYS, 7, 10),
    _period("standard", "1.74", TariffDays.WEEKDAYS, 10, 18),
    _period("peak", "2.56", TariffDays.WEEKDAYS, 18, 20),
    _period("standard", "1.74", TariffDays.WEEKDAYS, 20, 22),
    _period("standard", "1.74", TariffDays.WEEKENDS, 7, 12),
)
