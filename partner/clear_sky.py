"""The sun on a plane under a sky without clouds, by pvlib: what the clear-sky forecast is made of.

Solar position by NREL's SPA (Reda and Andreas 2004), irradiance by Ineichen and Perez (2002) with pvlib's monthly
climatology of turbidity and its map of altitudes, transposed with an isotropic sky (Liu and Jordan 1963).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pvlib.irradiance import get_total_irradiance
from pvlib.location import Location

from partner.models import PartnerProfile

MINUTES = (7.5, 22.5, 37.5, 52.5)  # the middles of an hour's quarters
SOUTH, NORTH = 180.0, 0.0


@dataclass(frozen=True)
class Plane:
    """Modules, in degrees: where they are, how they are tilted from level, and where they look, from north by east."""

    latitude: float
    longitude: float
    tilt: float
    azimuth: float


def plane_of(profile: PartnerProfile) -> Plane | None:
    """A site's modules; None where nobody said where they are. Without a tilt they lie level; without an azimuth they
    look to where the sun stands at noon."""
    if profile.latitude is None or profile.longitude is None:
        return None
    equatorwards = SOUTH if profile.latitude >= 0 else NORTH
    return Plane(
        latitude=float(profile.latitude),
        longitude=float(profile.longitude),
        tilt=float(profile.tilt or 0),
        azimuth=equatorwards if profile.azimuth is None else float(profile.azimuth),
    )


def irradiance(plane: Plane, hours: Sequence[datetime]) -> dict[datetime, Decimal]:
    """The mean irradiance of the plane in each of these hours, named by their starts, in W/m2; 0 at night."""
    if not hours:
        return {}
    location = Location(plane.latitude, plane.longitude)
    sun = location.get_solarposition([hour + timedelta(minutes=minute) for hour in hours for minute in MINUTES])
    sky = location.get_clearsky(sun.index, model="ineichen", solar_position=sun)
    total = get_total_irradiance(
        surface_tilt=plane.tilt,
        surface_azimuth=plane.azimuth,
        solar_zenith=sun["apparent_zenith"],
        solar_azimuth=sun["azimuth"],
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
        model="isotropic",
    )
    means = total["poa_global"].fillna(0).clip(lower=0).to_numpy().reshape(len(hours), len(MINUTES)).mean(axis=1)
    return {hour: Decimal(f"{mean:.6f}") for hour, mean in zip(hours, means, strict=True)}
