"""Limits of sites and of inverters over HTTP, which differ in names alone [ST6]."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Revision
from sites.models import Inverter, Site
from sites.operations import delete_inverter, delete_site
from tests.factories.clients import ApiClient
from tests.factories.periods import SIX, at
from tests.factories.plants import make_asset
from tests.factories.site_limits import Limited, limits_of_inverter, limits_of_site
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["site", "inverter"])
def limited(request: pytest.FixtureRequest, inverter: Inverter) -> Limited:
    """A site, and then an inverter."""
    return limits_of_inverter(inverter) if request.param == "inverter" else limits_of_site(inverter.site)


def test_limits_are_stored_and_listed_as_they_were_sent(api: ApiClient, limited: Limited) -> None:
    """[ST6] [C2] [C11]: decimals in their shortest plain form, edges without fraction."""
    answer = api.call("PUT", limited.path, {"limits": [limited.limit()]})
    assert (answer.status_code, answer.content) == (204, b"")
    (stored,) = limited.listed(api)
    assert stored.pop("created_at") == stored.pop("updated_at")
    assert stored == {
        "start_time": "2026-05-01T06:00:00Z",
        "end_time": "2026-05-01T06:15:00Z",
        limited.into: "-2",
        limited.out: "7.5",
    }


def test_rows_of_the_same_start_are_overwritten_and_others_left(api: ApiClient, limited: Limited) -> None:
    """[ST6] [C10] [C11]"""
    assert limited.put(api, *map(limited.limit, range(3))) == {"inserted": 3, "updated": 0, "unchanged": 0}
    before = limited.listed(api)
    hour = at(SIX + timedelta(hours=1))
    batch = [limited.limit(3), limited.limit(1, end_time=hour, into=0), limited.limit(2)]
    assert limited.put(api, *batch) == {"inserted": 1, "updated": 1, "unchanged": 1}
    after = limited.listed(api)
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1]["updated_at"] > before[1]["updated_at"]
    assert after[1] == before[1] | {"end_time": hour, limited.into: "0", "updated_at": after[1]["updated_at"]}
    assert len(after) == 4


def test_the_same_limits_again_change_nothing(api: ApiClient, limited: Limited) -> None:
    """[C10] [C13]: neither updated_at nor the revision, which only writes that change something raise."""
    limited.put(api, limited.limit())
    before = limited.listed(api)
    assert limited.put(api, limited.limit(into="-2.000000")) == {
        "inserted": 0,
        "updated": 0,
        "unchanged": 1,
    }
    assert limited.listed(api) == before
    revisions = Revision.objects.filter(owner_id=limited.owner_id, kind=limited.kind)
    assert revisions.get().number == 1
    limited.put(api, limited.limit(into=-1))
    assert revisions.get().number == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("into", 1),
        ("into", "0.000001"),
        ("into", None),
        ("into", "1e-7"),
        ("into", True),
        ("out", "-0.5"),
        ("out", "NaN"),
        ("out", 10**12),
        ("out", {"value": 1, "unit": "MW"}),
        ("start_time", "2026-05-01T06:01:00Z"),
        ("start_time", "2026-05-01T06:00:00.000001Z"),
        ("start_time", "2026-05-01T06:00:00"),
        ("end_time", "06:15"),
        (None, {"end_time": "2026-05-01T06:15:00Z"}),
        (None, {"end_time": "2026-05-01T06:00:00Z"}),
        (None, {"end_time": "2026-05-02T06:30:00Z"}),
        ("delivery_day", "2026-05-01"),
        ("site_id", "A"),
        ("created_at", "2026-05-01T06:00:00Z"),
    ],
)
def test_a_bad_item_is_named_and_nothing_is_written(
    api: ApiClient, limited: Limited, field: str | None, value: Any
) -> None:
    """[ST6] [B1] [C4]: signs, decimals, the grid, 15 minutes to 24 hours."""
    name = {"into": limited.into, "out": limited.out}.get(field or "", field)
    spoiled = {field: value} if field else value
    batch = {"limits": [limited.limit(0), limited.limit(1, **spoiled), limited.limit(2)]}
    ((loc, _),) = api.faults("PUT", limited.path, batch)
    assert loc == ["body", "limits", 1, *([name] if name else [])]
    assert not limited.model._default_manager.exists()


def test_all_fields_are_needed(api: ApiClient, limited: Limited) -> None:
    """[ST6]: a row is overwritten whole, so that nothing may be left out."""
    faults = api.faults("PUT", limited.path, {"limits": [{}]})
    needed = ["start_time", "end_time", limited.into, limited.out]
    assert faults == [(["body", "limits", 0, name], "Field required") for name in needed]


@pytest.mark.parametrize("hours", [0.25, 23.75, 24])
def test_a_window_lasts_15_minutes_to_24_hours(api: ApiClient, limited: Limited, hours: float) -> None:
    """[ST6]"""
    end = at(SIX + timedelta(hours=hours))
    limited.put(api, limited.limit(end_time=end))
    assert [one["end_time"] for one in limited.listed(api)] == [end]


def test_the_same_start_twice_names_both_items(api: ApiClient, limited: Limited) -> None:
    """[B2]: also as two offsets of one instant; windows that only overlap are two rows."""
    twice = limited.limit(start_time="2026-05-01T08:00:00+02:00")
    faults = api.faults("PUT", limited.path, {"limits": [limited.limit(1), limited.limit(), twice]})
    assert faults == [(["body", "limits", 2], "Item 2 has the same start_time as item 1")]
    assert limited.put(api, limited.limit(end_time=at(SIX + timedelta(hours=2))), limited.limit(1))["inserted"] == 2


def test_a_batch_has_one_to_ten_thousand_windows(api: ApiClient, limited: Limited) -> None:
    """[B1]"""
    assert api.faults("PUT", limited.path, {"limits": []})[0][0] == ["body", "limits"]
    assert api.faults("PUT", limited.path, {"limits": [{}] * 10_001})[0][0] == ["body", "limits"]
    assert limited.put(api, *(limited.limit(slot) for slot in range(10_000)))["inserted"] == 10_000


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-05-01", 96)])
def test_a_delivery_day_is_the_markets_day(api: ApiClient, limited: Limited, day: str, slots: int) -> None:
    """[C7]: 92, 96 or 100 slots, from midnight to midnight in Europe/Berlin."""
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    limited.put(api, *(limited.limit(slot, since=midnight) for slot in range(-96, 192)))
    found = limited.listed(api, f"delivery_day={day}")
    assert len(found) == slots
    first = datetime.fromisoformat(found[0]["start_time"])
    assert first.astimezone(UTC) in (midnight - timedelta(hours=1), midnight - timedelta(hours=2))


def test_the_window_of_a_list_is_half_open_and_ends_soon(api: ApiClient, limited: Limited) -> None:
    """[ST6] [C7]: at most 31 days of a site, 7 of an inverter."""
    limited.put(api, *map(limited.limit, range(3)))
    found = limited.listed(api, "from=2026-05-01T06:00:00Z&to=2026-05-01T06:30:00Z")
    assert [one["start_time"][11:16] for one in found] == ["06:00", "06:15"]
    assert limited.listed(api, "from=2026-05-01T06:00:00Z&to=2026-05-01T06:00:00Z") == []
    end = SIX + timedelta(days=limited.longest_days)
    assert len(limited.listed(api, f"from={at(SIX)}&to={at(end)}")) == 3
    late = at(end + timedelta(microseconds=1))
    sentence = f"to should be at most {limited.longest_days} days after from"
    assert api.faults("GET", f"{limited.path}?from={at(SIX)}&to={late}") == [(["query", "to"], sentence)]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", ["from", "to"]),
        ("from=2026-05-01T00:00:00Z", ["to"]),
        ("to=2026-05-01T00:00:00Z", ["from"]),
        ("from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", ["to"]),
        ("from=2026-05-01&to=2026-05-01T00:00:00", ["from", "to"]),
        ("delivery_day=2026-05-01&from=2026-05-01T00:00:00Z", ["from"]),
        ("delivery_day=2026-13-01", ["delivery_day"]),
        ("delivery_day=2026-05-01&limit=0", ["limit"]),
        ("delivery_day=2026-05-01&cursor=made-up", ["cursor"]),
        ("delivery_day=2026-05-01&sources=PV", ["sources"]),
    ],
)
def test_a_wrong_query_is_named_before_what_is_unknown(api: ApiClient, query: str, places: list[str]) -> None:
    """[ST6] [C3] [C4] [C5] [C7]"""
    for path in ("/sites/NONE/limits", "/sites/NONE/inverters/NONE/limits"):
        assert [loc for loc, _ in api.faults("GET", f"{path}?{query}")] == [["query", place] for place in places]


def test_pages_follow_each_other_without_gap_or_repeat(api: ApiClient, limited: Limited) -> None:
    """[C5]: ordered by start."""
    limited.put(api, *(limited.limit(slot) for slot in (4, 0, 3, 1, 2)))
    everything = limited.listed(api)
    assert [one["start_time"] for one in everything] == sorted(one["start_time"] for one in everything)
    path, gathered = f"{limited.path}?delivery_day=2026-05-01&limit=2", []
    while path:
        answer = api.call("GET", path)
        gathered += json.loads(answer.content)["limits"]
        path = answer.headers.get("Link", "").removeprefix("<http://testserver/api/v1").removesuffix('>; rel="next"')
    assert gathered == everything
    page = api.get(f"{limited.path}?delivery_day=2026-05-01&limit=2&offset=3")
    assert (page["limit"], page["offset"], page["limits"]) == (2, 3, everything[3:])


def test_limits_of_others_are_not_listed(api: ApiClient, limited: Limited, site: Site, asset: Asset) -> None:
    """[ST6]"""
    limited.put(api, limited.limit())
    for other in (limits_of_site(add_site()), limits_of_inverter(add_inverter(site, asset.pk))):
        assert other.listed(api) == []
        other.put(api, other.limit(5))
    assert [one["start_time"][11:16] for one in limited.listed(api)] == ["06:00"]


def test_what_is_unknown_is_404(api: ApiClient, inverter: Inverter) -> None:
    """[ST4] [ST6] [C3]: an inverter of another site too; what is wrong with a batch is said before."""
    elsewhere = f"/sites/{add_site().pk}/inverters/{inverter.pk}/limits"
    of_site, of_inverter = limits_of_site(inverter.site), limits_of_inverter(inverter)
    for path, limit, sentence in (
        ("/sites/NONE/limits", of_site.limit(), "Unknown site: NONE."),
        (f"/sites/NONE/inverters/{inverter.pk}/limits", of_inverter.limit(), "Unknown site: NONE."),
        (f"/sites/{inverter.site_id}/inverters/NONE/limits", of_inverter.limit(), "Unknown inverter: NONE."),
        (elsewhere, of_inverter.limit(), f"Unknown inverter: {inverter.pk}."),
    ):
        assert api.refusal("GET", f"{path}?delivery_day=2026-05-01") == (404, sentence)
        assert api.refusal("PUT", path, {"limits": [limit]}) == (404, sentence)
        assert api.faults("PUT", path, {"limits": [limit, limit]})[0][0] == ["body", "limits", 1]


def test_a_bound_key_reads_limits_of_what_it_sees_and_writes_none(
    api: ApiClient, limited: Limited, asset: Asset, site: Site
) -> None:
    """[C14]: 403 before the body is looked at [C3]."""
    limited.put(api, limited.limit())
    seeing, blind = ApiClient(asset_ids=[asset.pk]), ApiClient(asset_ids=[make_asset().pk])
    assert len(limited.listed(seeing)) == 1
    assert blind.refusal("GET", f"{limited.path}?delivery_day=2026-05-01")[0] == 404
    sentence = "This key is bound to some assets and cannot limit sites and inverters."
    for bound in (seeing, blind):
        for body in ({"limits": [limited.limit()]}, {"junk": 1}):
            assert bound.refusal("PUT", limited.path, body) == (403, sentence)


def test_a_key_needs_the_scope_of_sites(limited: Limited) -> None:
    """[C14]"""
    for client in (ApiClient("sites:read"), ApiClient("markets:write", "telemetry:write", "assets:write")):
        assert client.refusal("PUT", limited.path, {"limits": [limited.limit()]})[0] == 403
    assert ApiClient("sites:write").refusal("GET", f"{limited.path}?delivery_day=2026-05-01")[0] == 403


def test_limits_go_with_their_site_and_inverter(api: ApiClient, inverter: Inverter) -> None:
    """[ST3] [ST4]"""
    of_site, of_inverter = limits_of_site(inverter.site), limits_of_inverter(inverter)
    for limited in (of_site, of_inverter):
        limited.put(api, limited.limit())
    delete_inverter(site_id=inverter.site_id, inverter_id=of_inverter.owner_id, by="user:anna")
    assert not of_inverter.model._default_manager.exists()
    delete_site(site_id=of_site.owner_id, by="user:anna")
    assert not of_site.model._default_manager.exists()


def test_reads_and_writes_take_a_fixed_number_of_statements(
    api: ApiClient, limited: Limited, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A write: key, transaction, lock, upsert, revision, and of an inverter its site. A read: key, owner, revision,
    page."""
    for slots in (1, 500):
        with django_assert_num_queries(6 if limited.kind == "site_limits" else 7):
            limited.put(api, *(limited.limit(slot) for slot in range(-slots, 0)))
        with django_assert_num_queries(4):
            limited.listed(api)
