"""What the demo's live batteries can do: the specs they have, and what their limits are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Battery:
    """A live battery: its power in MW, its capacity in MWh, and when it became what it is."""

    asset_code: str
    power: Decimal
    capacity: Decimal
    since: datetime

    @property
    def spec(self) -> Mapping[str, Any]:
        """The values of its spec [SP1]."""
        return {
            "rated_power": self.power,
            "grid_connection_max_power": self.power,
            "max_capacity": self.capacity,
            "charge_efficiency": Decimal("0.95"),
            "discharge_efficiency": Decimal("0.96"),
            "daily_cycle_energy_limit": self.capacity * 3 / 2,
        }


BATTERIES = (
    Battery("BOXBERG", Decimal(40), Decimal(80), since=datetime(2024, 3, 1, tzinfo=UTC)),
    Battery("BOXBERG-V", Decimal(8), Decimal(16), since=datetime(2024, 6, 3, tzinfo=UTC)),
    Battery("WILSTER", Decimal(15), Decimal(30), since=datetime(2024, 9, 16, tzinfo=UTC)),
    Battery("ZARNOWIEC", Decimal(25), Decimal(100), since=datetime(2025, 4, 7, tzinfo=UTC)),
)
