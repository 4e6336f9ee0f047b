"""The weather over the demo's solar park: the sun's height, and clouds that come and go."""

import math
from datetime import UTC, datetime, timedelta

from config.desk.demo.simulation.storage import chance

LATITUDE, LONGITUDE = 48.07, 9.95  # Ochsenhausen
CLEAR_SKY = 1000.0  # W/m2 with the sun overhead
CLOUDS_CHANGE = timedelta(minutes=30)
SOLSTICE = datetime(2025, 12, 21, 15, tzinfo=UTC)
YEAR = timedelta(days=365.2422)
TILT_OF_THE_EARTH = 23.44


def irradiance(at: datetime, *, seed: int) -> float:
    """W/m2 on the ground at an instant; 0 while the sun is down."""
    height = sine_of_height(at)
    return 0.0 if height <= 0 else CLEAR_SKY * height**1.15 * _clearness(at, seed=seed)


def sine_of_height(at: datetime) -> float:
    """The sine of the sun's height above the horizon; negative below it."""
    declination = -math.radians(TILT_OF_THE_EARTH) * math.cos(2 * math.pi * ((at - SOLSTICE) / YEAR))
    hours = (at.hour - 12) + at.minute / 60 + at.second / 3600 + LONGITUDE / 15
    latitude, angle = math.radians(LATITUDE), math.radians(15 * hours)
    upright = math.sin(latitude) * math.sin(declination)
    return upright + math.cos(latitude) * math.cos(declination) * math.cos(angle)


def ambient_temperature(at: datetime) -> float:
    """Degrees Celsius: warmer in summer, and in the afternoon."""
    season = -math.cos(2 * math.pi * ((at - SOLSTICE) / YEAR))
    hour = at.hour + at.minute / 60
    return 9 + 9 * season + 4 * math.sin(2 * math.pi * (hour - 8) / 24)


def _clearness(at: datetime, *, seed: int) -> float:
    """The share of a clear sky's light that comes through; it changes steadily from one half hour to the next."""
    passed = (at - SOLSTICE) / CLOUDS_CHANGE
    number = math.floor(passed)
    before, after = (chance(seed, "clouds", one).uniform(0.35, 1.0) for one in (number, number + 1))
    return before + (after - before) * (passed - number)
