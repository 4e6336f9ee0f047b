"""Assets for tests, made as the application makes them."""

from datetime import UTC, datetime
from typing import Any

from assets import lifecycle, operations
from assets.models import Asset
from assets.vocabulary import Lifecycle

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
ACTOR = "user:anna"
# The actions that lead from a new asset to each state.
WAY_TO = {
    Lifecycle.DRAFT: (),
    Lifecycle.COMMISSIONING: ("commission",),
    Lifecycle.LIVE: ("commission", "go-live"),
    Lifecycle.SUSPENDED: ("commission", "go-live", "suspend"),
    Lifecycle.DECOMMISSIONED: ("commission", "go-live", "decommission"),
}


def asset_body(**fields: Any) -> dict[str, Any]:
    """What creates a battery in 50HZ."""
    return {
        "code": "WU",
        "name": "Wunsiedel battery",
        "type": "BESS",
        "region": "DE",
        "delivery_area": "50HZ",
        "provider": "TERRALAYR",
    } | fields


def make_asset(state: Lifecycle = Lifecycle.DRAFT, **fields: Any) -> Asset:
    """A battery in 50HZ that has come to this state of its life."""
    asset = operations.create_asset(fields=asset_body(**fields), by=ACTOR, now=NOW)
    for action in WAY_TO[state]:
        asset = lifecycle.move(asset_id=asset.pk, action=action, by=ACTOR, now=NOW)
    return asset
