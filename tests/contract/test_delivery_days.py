"""`delivery_day` is the market's day at every endpoint that takes it: 92 slots, or 100 (issue 3, done when 6) [C7]."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset
from assets.periods import delivery_day_window
from tests.clients import Api, read
from tests.contract.operations import EVERY
from tests.factories.dispatches import make_dispatch
from tests.factories.limits import limit_item
from tests.factories.periods import forecast, price, reservation, window_of
from tests.factories.state_snapshots import mwh

pytestmark = pytest.mark.django_db

Ids = dict[str, str]
SLOTS = range(-96, 192)


def put(field: str, make: Callable[[str, dict[str, str]], dict[str, Any]], method: str = "PUT") -> Callable[..., None]:
    """Writes an item for each quarter of an hour of three days, by this endpoint's own batch."""

    def write(api: Api, path: str, ids: Ids, midnight: datetime) -> None:
        items = [make(ids["asset_id"], window_of(slot, since=midnight)) for slot in SLOTS]
        answer = api.send(method, path, {field: items})
        assert answer.status_code in (201, 204), answer.content

    return write


def patch_limits(api: Api, path: str, ids: Ids, midnight: datetime) -> None:
    first, last = ((midnight + timedelta(days=days)).date() for days in (-1, 1))
    whole_days = {"start_time": "00:00", "end_time": "24:00", "valid_from": str(first), "valid_until": str(last)}
    item = limit_item(ids["asset_id"], **whole_days)
    assert api.patch(path, {"limits": [item]}).status_code == 204


def make_dispatches(_api: Api, _path: str, ids: Ids, midnight: datetime) -> None:
    asset = Asset.objects.get(pk=ids["asset_id"])
    for slot in SLOTS:
        start = midnight + slot * timedelta(minutes=15)
        make_dispatch(asset, f"d{slot}", start_time=start, end_time=start + timedelta(minutes=15))


OF_SITE = {"power_import": -1, "power_export": 1}
OF_INVERTER = {"power_charge": -1, "power_discharge": 1}
WRITERS: dict[str, Callable[..., None]] = {
    "/api/v1/limits": patch_limits,
    "/api/v1/forecasts": put("forecasts", lambda asset, window: forecast(asset) | window),
    "/api/v1/reservations": put("reservations", lambda asset, window: reservation(asset) | window),
    "/api/v1/prices": put("prices", lambda _asset, window: price() | window),
    "/api/v1/dispatches": make_dispatches,
    "/api/v1/state-snapshots": put(
        "state_snapshots",
        lambda asset, window: {"asset_id": asset, "effective_at": window["start_time"], "energy": mwh("1")},
        "POST",
    ),
    "/api/v1/sites/{site_id}/limits": put("limits", lambda _asset, window: window | OF_SITE),
    "/api/v1/sites/{site_id}/inverters/{inverter_id}/limits": put(
        "limits", lambda _asset, window: window | OF_INVERTER
    ),
}
TAKING = {one.template: one for one in EVERY if "delivery_day" in one.query_parameters}


def test_every_endpoint_that_takes_one_is_looked_at() -> None:
    assert set(WRITERS) == set(TAKING)


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-10-25", 100)])
@pytest.mark.parametrize("template", WRITERS)
def test_a_delivery_day_has_the_slots_of_the_markets_day(ids: Ids, template: str, day: str, slots: int) -> None:
    api, operation = Api.with_key(), TAKING[template]
    path = operation.path(ids).removeprefix("/api/v1")
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    WRITERS[template](api, path, ids, midnight)
    query = "&".join(part for part in operation.query(ids) if not part.startswith("delivery_day"))
    found = read(api.get(f"{path}?{query}&delivery_day={day}&limit=1000"))
    (items,) = [value for value in found.values() if isinstance(value, list)]
    starts = sorted(datetime.fromisoformat(item.get("start_time") or item["effective_at"]) for item in items)
    start, end = delivery_day_window(midnight.date())
    assert len(items) == slots
    assert (starts[0], starts[-1]) == (start, end - timedelta(minutes=15))
