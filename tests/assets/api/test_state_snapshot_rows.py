"""State snapshots as rows [SS1] [SS2] [B3]."""

import json

import pytest

from assets.models import Asset
from tests.clients import Api, faults_of
from tests.conformance import content_of
from tests.factories.assets import make_asset
from tests.factories.rows import CSV, NDJSON, WRITTEN, flat, send_rows
from tests.factories.rows import listed as rows_listed
from tests.factories.state_snapshots import MAY, PATH, listed, mwh, post, snapshot

pytestmark = pytest.mark.django_db

EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])


@pytest.fixture
def battery() -> Asset:
    return make_asset()


@pytest.fixture
def neighbour() -> Asset:
    """Another battery, whose id comes after the first one's."""
    return make_asset(code="WV")


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@EITHER
def test_rows_are_echoed_as_they_are_stored_in_the_order_they_were_sent(
    api: Api, battery: Asset, neighbour: Asset, media: str
) -> None:
    """[SS1] Those that are so already too; energy fields left out become null."""
    charged = {"charged_energy": {"value": 250, "unit": "kWh"}}
    post(api, snapshot(battery, 7, **charged), snapshot(battery, 8))
    sent = [
        snapshot(battery, 9, **charged),
        snapshot(neighbour, 6, **charged),
        snapshot(battery, 8, charged_energy={"value": None, "unit": None} if media == CSV else None),
        snapshot(battery, 7, energy=mwh(6), charged_energy={"value": "", "unit": ""} if media == CSV else None),
    ]
    answer = send_rows(api, "POST", PATH, WRITTEN[media](*sent), media)
    assert answer.status_code == 201
    echo = json.loads(content_of(answer))["state_snapshots"]
    assert [(one["asset_id"], one["effective_at"][11:13]) for one in echo] == [
        (battery.pk, "09"),
        (neighbour.pk, "06"),
        (battery.pk, "08"),
        (battery.pk, "07"),
    ]
    assert [one["charged_energy"] for one in echo] == [mwh("0.25"), mwh("0.25"), None, None]
    by_time = sorted(echo, key=lambda one: (one["effective_at"], one["asset_id"]))
    assert by_time == listed(api, f"{battery.pk},{neighbour.pk}")


@EITHER
def test_unknown_assets_are_422_at_their_first_lines_and_nothing_is_written(
    api: Api, battery: Asset, media: str
) -> None:
    """[C8] All of them are named."""
    sent = [snapshot("DE_50HZ_NO_2"), snapshot(battery), snapshot("DE_50HZ_NO_1"), snapshot("DE_50HZ_NO_2", 7)]
    first = 2 if media == CSV else 1
    assert faults_of(send_rows(api, "POST", PATH, WRITTEN[media](*sent), media)) == [
        (("body", first, "asset_id"), "unknown_asset"),
        (("body", first + 2, "asset_id"), "unknown_asset"),
    ]
    assert listed(api, battery.pk) == []


@EITHER
def test_a_quantity_needs_both_its_value_and_its_unit(api: Api, battery: Asset, media: str) -> None:
    """[B3] In CSV a cell is empty, in JSON a key is missing."""
    lame = {"value": "1", "unit": ""} if media == CSV else {"value": "1"}
    content = WRITTEN[media](snapshot(battery, charged_energy=lame))
    line = 2 if media == CSV else 1
    assert faults_of(send_rows(api, "POST", PATH, content, media)) == [(("body", line, "charged_energy"), "quantity")]


def test_a_column_of_a_quantity_brings_the_other(api: Api, battery: Asset) -> None:
    """[B3]"""
    content = f"asset_id,effective_at,energy.value\n{battery.pk},2026-05-01T06:00:00Z,5\n".encode()
    assert faults_of(send_rows(api, "POST", PATH, content, CSV)) == [(("body", 1, "energy.unit"), "missing")]


@EITHER
def test_rows_take_no_idempotency_key(api: Api, battery: Asset, media: str) -> None:
    """[C12] [B3] Their answer would have to be stored; sent again they change nothing anyway."""
    answer = send_rows(api, "POST", PATH, WRITTEN[media](snapshot(battery)), media, Idempotency_Key="once")
    assert faults_of(answer) == [(("header", "Idempotency-Key"), "idempotency_key")]
    assert listed(api, battery.pk) == []


@EITHER
@pytest.mark.parametrize("query", [MAY, "latest=true", "delivery_day=2026-05-01", "from=2026-05-01T07:00:00Z"])
def test_a_list_of_rows_has_the_items_of_the_json_list(
    api: Api, battery: Asset, neighbour: Asset, media: str, query: str
) -> None:
    """[SS2] In the same order; what is null is empty in CSV, in both columns."""
    post(api, *(snapshot(one, hour, charged_energy=mwh(hour)) for one in (neighbour, battery) for hour in (8, 7)))
    post(api, snapshot(battery, 9))
    items = listed(api, f"{battery.pk},{neighbour.pk}", query)
    assert items
    rows = rows_listed(api, f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&{query}", media)
    if media == NDJSON:
        assert rows == items
        return
    nothing = {"value": None, "unit": None}
    whole = [{name: nothing if value is None else value for name, value in item.items()} for item in items]
    assert rows == flat(whole)


@EITHER
def test_latest_rows_go_on_by_their_link(api: Api, battery: Asset, neighbour: Asset, media: str) -> None:
    """[C5] [SS2]"""
    post(api, snapshot(battery), snapshot(neighbour))
    path = f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&latest=true&limit=1"
    first = api.get(path, Accept=media)
    after = first["Link"].split("/api/v1")[1].split(">")[0]
    assert [row["asset_id"] for row in rows_listed(api, after, media)] == [neighbour.pk]
