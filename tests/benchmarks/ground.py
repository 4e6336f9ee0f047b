"""What all rivals find: assets, keys, and the bodies that they are sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from assets.models import Asset
from partner.operations.keys import issue_key

START = datetime(2026, 5, 1, tzinfo=UTC)
SLOT = timedelta(minutes=15)
BATCH = 1_000
VARIANTS = 8  # bodies for the same rows whose values all differ, so that each request changes every row
OWNERS = 10  # assets of a batch
GROUPS = 5  # the first for what goes one at a time, one for each connection of what goes at once
SOURCES = ("REPORTED", "OPERATIONS", "CUSTOMER")
MARKETS = ("DA", "IDA1")


def make_assets(number: int = OWNERS * GROUPS, *, prefix: str = "DE_50HZ_BENCH") -> list[str]:
    """Live batteries; answers their ids."""
    given = {"code": "BENCH", "type": "BESS", "region": "DE", "delivery_area": "50HZ", "provider": "EBX"}
    ids = [f"{prefix}_{index:04}" for index in range(1, number + 1)]
    Asset.objects.bulk_create([Asset(id=one, name=one, lifecycle="LIVE", **given) for one in ids])
    return ids


def make_key() -> str:
    """The text of a key that opens everything in the Asset Service."""
    return issue_key(
        name="bench",
        scopes=["markets:read", "markets:write", "assets:read"],
        by="user:bench",
        now=timezone.now(),
    ).text


def group(asset_ids: Sequence[str], number: int) -> Sequence[str]:
    """The assets that one connection writes, so that no two wait for each other's rows."""
    return asset_ids[number * OWNERS : (number + 1) * OWNERS]


@dataclass
class Bodies:
    """Bodies for the same rows, taken in turns by all rivals."""

    texts: Sequence[bytes]
    turn: "count[int]" = field(default_factory=count)

    def next(self) -> int:
        """The number of the body that is due."""
        return next(self.turn) % len(self.texts)


def instant(moment: datetime) -> str:
    """As clients write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def reservations(asset_ids: Sequence[str]) -> Bodies:
    """1,000 positions: 50 slots of two markets for each of ten assets."""
    keys = [
        {"asset_id": asset_id, **window(slot), "market": market, "source": "trader"}
        for asset_id in asset_ids
        for slot in range(BATCH // len(asset_ids) // len(MARKETS))
        for market in MARKETS
    ]
    return _bodies("reservations", keys, ("power", "energy_change", "energy_buffer_low", "energy_buffer_high"))


def forecasts(asset_ids: Sequence[str]) -> Bodies:
    """1,000 windows: 100 slots for each of ten assets."""
    keys = [{"asset_id": one, **window(slot)} for one in asset_ids for slot in range(BATCH // len(asset_ids))]
    return _bodies("forecasts", keys, ("generation_p10", "generation", "generation_p90", "consumption"))


def limits(asset_ids: Sequence[str]) -> Bodies:
    """Three items, 8,928 rows: each source for every slot of 31 days of one asset."""
    days = {"start_time": "00:00", "end_time": "24:00", "valid_from": "2026-05-01", "valid_until": "2026-05-31"}
    keys = [{"asset_id": asset_ids[0], "source": source, **days} for source in SOURCES]
    return _bodies("limits", keys, ("power_discharge", "energy_low", "energy_high"), charge=True)


def _bodies(name: str, keys: Sequence[Mapping[str, Any]], values: Sequence[str], *, charge: bool = False) -> Bodies:
    texts = []
    for variant in range(VARIANTS):
        items = []
        for index, key in enumerate(keys):
            base = 10 * variant + index % 7
            item = {**key, **{value: f"{base + place}.125" for place, value in enumerate(values)}}
            items.append({**item, "power_charge": f"-{base}.5", "trading_locked": variant % 2 == 0} if charge else item)
        texts.append(json.dumps({name: items}).encode())
    return Bodies(texts)


def window(slot: int) -> dict[str, str]:
    """A slot's two edges."""
    start = START + slot * SLOT
    return {"start_time": instant(start), "end_time": instant(start + SLOT)}
