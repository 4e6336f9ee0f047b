"""What the telemetry endpoints take and answer [T1]."""

from pydantic import BaseModel

from config.api.bodies import Body, batch_of
from config.api.queries import several
from config.api.values import PlainDecimal, Recorded
from config.api.windows import WindowQuery
from sites.readings import InverterReadingItem, SiteReadingItem
from sites.vocabulary import InverterState


class PutInverterReadings(Body):
    """Readings of inverters: 1 to 10,000, no two of the same inverter and time."""

    readings: batch_of(InverterReadingItem)  # type: ignore[valid-type]


class PutSiteReadings(Body):
    """Readings of sites: 1 to 10,000, no two of the same site and time."""

    readings: batch_of(SiteReadingItem)  # type: ignore[valid-type]


class InverterReadingQuery(WindowQuery):
    """Whose readings: up to 500 inverters, and a window of any length."""

    inverter_ids: several(str)  # type: ignore[valid-type]


class SiteReadingQuery(WindowQuery):
    """Whose readings: up to 500 sites, and a window of any length."""

    site_ids: several(str)  # type: ignore[valid-type]


class InverterReadingBody(BaseModel):
    """One stored reading of an inverter."""

    inverter_id: str
    time: Recorded
    ac_power_kw: PlainDecimal
    energy_kwh: PlainDecimal | None
    state: InverterState | None
    temperature_c: PlainDecimal | None
    error_code: str | None
    created_at: Recorded
    updated_at: Recorded


class SiteReadingBody(BaseModel):
    """One stored reading of a site's sensors."""

    site_id: str
    time: Recorded
    poa_irradiance_wm2: PlainDecimal | None
    ambient_temperature_c: PlainDecimal | None
    consumption_kw: PlainDecimal | None
    created_at: Recorded
    updated_at: Recorded


class InverterReadingList(BaseModel):
    """A page of readings, ordered by inverter and time."""

    limit: int
    offset: int | None
    readings: list[InverterReadingBody]


class SiteReadingList(BaseModel):
    """A page of readings, ordered by site and time."""

    limit: int
    offset: int | None
    readings: list[SiteReadingBody]
