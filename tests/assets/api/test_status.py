"""The latest status of an asset [A6]."""

from datetime import UTC, datetime, timedelta

import pytest

from assets.models import StatusEntry
from assets.vocabulary import Status
from tests.clients import Api, detail_of, read
from tests.factories.assets import asset_body, make_asset
from tests.factories.statuses import note

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return Api.with_key()


def test_a_new_asset_has_one_entry_that_says_that_nothing_is_known(api: Api) -> None:
    """(decided)"""
    made = read(api.post("/assets", asset_body()), 201)
    assert read(api.get(f"/assets/{made['id']}/status")) == {
        "asset_id": made["id"],
        "status": "UNKNOWN",
        "effective_at": made["created_at"],
        "reasons": [{"category": "UNKNOWN", "detail": "New asset", "source": "SYSTEM", "attributes": {}}],
        "created_at": made["created_at"],
    }
    assert StatusEntry.objects.filter(asset_id=made["id"]).count() == 1


def test_it_is_the_entry_that_became_effective_last_whenever_it_arrived(api: Api) -> None:
    asset = make_asset()
    note(asset, Status.ONLINE, hour=10)
    note(asset, Status.FAULT, hour=12)
    note(asset, Status.OFFLINE, hour=11)
    assert read(api.get(f"/assets/{asset.pk}/status"))["status"] == "FAULT"


def test_of_two_entries_of_one_instant_it_is_always_the_same(api: Api) -> None:
    asset = make_asset()
    note(asset, Status.FAULT, hour=12, event_id="e2")
    note(asset, Status.ONLINE, hour=12, event_id="e1")
    assert {read(api.get(f"/assets/{asset.pk}/status"))["status"] for _ in range(3)} == {"FAULT"}


def test_reasons_are_answered_as_they_were_given(api: Api) -> None:
    asset = make_asset()
    reason = {
        "category": "GRID",
        "detail": None,
        "source": "scada",
        "attributes": {"code": 17, "list": [1, {"a": "ü"}]},
    }
    note(asset, Status.DEGRADED, hour=12, reasons=[reason])
    assert read(api.get(f"/assets/{asset.pk}/status"))["reasons"] == [reason]


def test_an_unknown_asset_is_404(api: Api) -> None:
    assert detail_of(api.get("/assets/DE_50HZ_WU_9/status"), 404) == "Unknown asset: DE_50HZ_WU_9."


def test_an_entry_of_another_asset_is_not_taken(api: Api) -> None:
    asset, other = make_asset(), make_asset()
    note(other, Status.FAULT, hour=12)
    assert read(api.get(f"/assets/{asset.pk}/status"))["status"] == "UNKNOWN"


def test_it_is_not_written_over_http(api: Api) -> None:
    """[S2]"""
    asset = make_asset()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api.send(method, f"/assets/{asset.pk}/status").status_code == 405


def test_an_entry_that_lies_far_back_or_ahead_is_answered_in_utc(api: Api) -> None:
    asset = make_asset()
    far = datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC) - timedelta(hours=1)
    StatusEntry.objects.create(asset=asset, effective_at=far, event_id="e9", status=Status.ONLINE, reasons=[])
    assert read(api.get(f"/assets/{asset.pk}/status"))["effective_at"] == "2099-12-31T22:59:59.999999Z"
