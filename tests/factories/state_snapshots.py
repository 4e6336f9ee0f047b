"""State snapshots for tests, as clients send and list them: on the first of May 2026, at six unless another hour is."""

from datetime import UTC, datetime
from typing import Any

from assets.models import Asset
from assets.state_snapshots import StateSnapshotItem, record_snapshots
from tests.clients import Api, read
from tests.factories.assets import NOW

PATH = "/state-snapshots"
SIX = datetime(2026, 5, 1, 6, tzinfo=UTC)
MAY = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"


def mwh(value: Any) -> dict[str, Any]:
    """An amount of energy; of its shortest text, as it is answered."""
    return {"value": value, "unit": "MWh"}


def at(hour: int = 6) -> str:
    """An hour of the day, as it is sent."""
    return f"2026-05-01T{hour:02}:00:00Z"


def snapshot(asset: Asset | str, hour: int = 6, **fields: Any) -> dict[str, Any]:
    """5 MWh at an hour, and nothing said of what was charged and discharged, unless other fields are given."""
    asset_id = asset if isinstance(asset, str) else asset.pk
    return {"asset_id": asset_id, "effective_at": at(hour), "energy": mwh("5")} | fields


def make_snapshots(*items: dict[str, Any], now: datetime = NOW) -> None:
    """Store snapshots as a batch of the API would."""
    record_snapshots(items=[StateSnapshotItem.model_validate(item) for item in items], now=now)


def post(api: Api, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """Post a batch that has to be taken, and answer what it answers."""
    return list(read(api.post(PATH, {"state_snapshots": list(items)}), 201)["state_snapshots"])


def listed(api: Api, asset_ids: str, query: str = MAY) -> list[dict[str, Any]]:
    """The snapshots that a list of these assets answers."""
    return list(read(api.get(f"{PATH}?asset_ids={asset_ids}&limit=1000&{query}"))["state_snapshots"])
