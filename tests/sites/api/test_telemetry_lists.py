"""Reading telemetry over HTTP [T1]."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from sites.models import Inverter, Site
from tests.factories.clients import ApiClient
from tests.factories.sites import add_inverter
from tests.factories.telemetry import DAY, OF_INVERTERS, OF_SITES, inverter_reading, listed, put, site_reading, stamp

pytestmark = pytest.mark.django_db


def test_readings_are_listed_by_inverter_and_time_in_a_half_open_window(
    api: ApiClient, inverter: Inverter, site: Site
) -> None:
    """[T1] [C7]"""
    other = add_inverter(site, *inverter.assets.values_list("pk", flat=True))
    put(api, OF_INVERTERS, *(inverter_reading(of, minute) for minute in (30, 0, 15) for of in (other, inverter)))
    query = f"inverter_ids={other.pk},{inverter.pk}&from={stamp(0)}&to={stamp(30)}"
    found = [(reading["inverter_id"], reading["time"][11:16]) for reading in listed(api, OF_INVERTERS, query)]
    assert found == [(of.pk, time) for of in (inverter, other) for time in ("12:00", "12:15")]
    assert listed(api, OF_INVERTERS, f"inverter_ids={inverter.pk}&from={stamp(0)}&to={stamp(0)}") == []


def test_unknown_owners_have_no_readings(api: ApiClient, site: Site) -> None:
    """[C8]"""
    put(api, OF_SITES, site_reading(site))
    assert len(listed(api, OF_SITES, f"site_ids=NONE&site_ids={site.pk},{site.pk}&{DAY}")) == 1
    assert listed(api, OF_SITES, f"site_ids=NONE&{DAY}") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7])
def test_pages_follow_each_other_without_gap_or_repeat(
    api: ApiClient, inverter: Inverter, site: Site, limit: int
) -> None:
    """[C5]"""
    other = add_inverter(site, *inverter.assets.values_list("pk", flat=True))
    put(api, OF_INVERTERS, *(inverter_reading(of, minute) for of in (inverter, other) for minute in range(3)))
    query = f"inverter_ids={inverter.pk},{other.pk}&{DAY}"
    everything = listed(api, OF_INVERTERS, query)
    assert len(everything) == 6
    path, gathered = f"{OF_INVERTERS}?{query}&limit={limit}", []
    while path:
        answer = api.call("GET", path)
        gathered.extend(json.loads(answer.content)["readings"])
        link = answer.headers.get("Link", "")
        path = link.removeprefix("<http://testserver/api/v1").removesuffix('>; rel="next"')
    assert gathered == everything
    for offset in range(7):
        assert (
            listed(api, OF_INVERTERS, f"{query}&limit={limit}&offset={offset}") == everything[offset : offset + limit]
        )


def test_a_cursor_serves_its_own_list_only(api: ApiClient, site: Site) -> None:
    """[C5]"""
    put(api, OF_SITES, site_reading(site, 0), site_reading(site, 1))
    answer = api.call("GET", f"{OF_SITES}?site_ids={site.pk}&{DAY}&limit=1")
    cursor = answer["Link"].partition("cursor=")[2].partition(">")[0]
    elsewhere = f"{OF_SITES}?site_ids={site.pk}&from=2026-05-01T00:00:01Z&to=2026-05-02T00:00:00Z&cursor={cursor}"
    assert api.faults("GET", elsewhere)[0][0] == ["query", "cursor"]
    assert api.faults("GET", f"{OF_SITES}?site_ids={site.pk}&{DAY}&offset=1&cursor={cursor}")[0][0] == ["query"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        (f"{DAY}", "inverter_ids"),
        (f"inverter_ids=&{DAY}", "inverter_ids"),
        (f"inverter_ids=A,,B&{DAY}", "inverter_ids"),
        (f"inverter_ids={','.join(map(str, range(501)))}&{DAY}", "inverter_ids"),
        ("inverter_ids=A&to=2026-05-01T00:00:00Z", "from"),
        ("inverter_ids=A&from=2026-05-01T00:00:00Z", "to"),
        ("inverter_ids=A&from=2026-05-01T00:00:00Z&to=2026-04-30T00:00:00Z", "to"),
        ("inverter_ids=A&from=2026-05-01&to=2026-05-02T00:00:00Z", "from"),
        ("inverter_ids=A&from=2026-05-01T00:00:00+02:00&to=2026-05-02T00:00:00Z", "from"),
        (f"inverter_ids=A&from_=2026-05-01T00:00:00Z&{DAY}", "from_"),
        (f"inverter_ids=A&delivery_day=2026-05-01&{DAY}", "delivery_day"),
        (f"inverter_ids=A&site_ids=A&{DAY}", "site_ids"),
        (f"inverter_ids=A&limit=0&{DAY}", "limit"),
    ],
)
def test_a_wrong_query_for_readings_is_named(api: ApiClient, query: str, place: str) -> None:
    """[C4] [C6] [C7]"""
    ((loc, _),) = api.faults("GET", f"{OF_INVERTERS}?{query}")
    assert loc == ["query", place]


def test_five_hundred_inverters_may_be_asked_for(api: ApiClient, inverter: Inverter) -> None:
    """[C6]"""
    put(api, OF_INVERTERS, inverter_reading(inverter))
    ids = "".join(f"inverter_ids=DE_AMPN_NONE_SITE_1_INV_{number}&" for number in range(499))
    assert len(listed(api, OF_INVERTERS, f"{ids}inverter_ids={inverter.pk}&{DAY}")) == 1


def test_a_page_of_readings_takes_three_statements(
    api: ApiClient, inverter: Inverter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One each for the key, the revisions and the page."""
    put(api, OF_INVERTERS, *(inverter_reading(inverter, minute) for minute in range(100)))
    with django_assert_num_queries(3):
        assert len(listed(api, OF_INVERTERS, f"inverter_ids={inverter.pk}&{DAY}&limit=90")) == 90
