"""Storing telemetry over HTTP [T1]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from sites.models import Inverter, InverterReading, Site, SiteReading
from tests.factories.clients import ApiClient
from tests.factories.sites import add_inverter, add_site
from tests.factories.telemetry import DAY, OF_INVERTERS, OF_SITES, inverter_reading, listed, put, site_reading

pytestmark = pytest.mark.django_db


def test_an_inverters_reading_is_stored_whole(api: ApiClient, inverter: Inverter) -> None:
    """[T1] [C2]"""
    reading = inverter_reading(
        inverter, energy_kwh=29.6, state="WARNING", temperature_c="-4.250", error_code=" E-17 ", ac_power_kw=-0.4
    )
    answer = api.call("PUT", OF_INVERTERS, {"readings": [reading]})
    assert (answer.status_code, answer.content) == (204, b"")
    page = api.get(f"{OF_INVERTERS}?inverter_ids={inverter.pk}&{DAY}")
    assert (page["limit"], page["offset"]) == (50, 0)
    (stored,) = page["readings"]
    assert stored.pop("created_at") == stored.pop("updated_at")
    assert stored == {
        "inverter_id": inverter.pk,
        "time": "2026-05-01T12:00:00.000000Z",
        "ac_power_kw": "-0.4",
        "energy_kwh": "29.6",
        "state": "WARNING",
        "temperature_c": "-4.25",
        "error_code": "E-17",
    }


def test_a_sites_reading_is_stored_whole(api: ApiClient, site: Site) -> None:
    """[T1] Sensors may drift below zero at night, and a reading need not have every value."""
    reading = site_reading(site, poa_irradiance_wm2="-1.5", consumption_kw=0)
    answer = api.call("PUT", OF_SITES, {"readings": [reading]})
    assert (answer.status_code, answer.content) == (204, b"")
    (stored,) = listed(api, OF_SITES, f"site_ids={site.pk}&{DAY}")
    assert stored.pop("created_at") == stored.pop("updated_at")
    assert stored == {
        "site_id": site.pk,
        "time": "2026-05-01T12:00:00.000000Z",
        "poa_irradiance_wm2": "-1.5",
        "ambient_temperature_c": None,
        "consumption_kw": "0",
    }


def test_instants_are_stored_as_measured(api: ApiClient, inverter: Inverter) -> None:
    """[T1] Not forced on the grid, to the microsecond, whatever the offset they are sent with."""
    put(api, OF_INVERTERS, inverter_reading(inverter, time="2026-05-01T14:07:31.250001+02:00"))
    (stored,) = listed(api, OF_INVERTERS, f"inverter_ids={inverter.pk}&{DAY}")
    assert stored["time"] == "2026-05-01T12:07:31.250001Z"


def test_a_batch_counts_what_it_added_changed_and_left(api: ApiClient, inverter: Inverter) -> None:
    """[C11]"""
    first, second = inverter_reading(inverter, 0), inverter_reading(inverter, 1)
    assert put(api, OF_INVERTERS, first, second) == {"inserted": 2, "updated": 0, "unchanged": 0}
    changed, new = {**second, "ac_power_kw": 1}, inverter_reading(inverter, 2)
    same = {**first, "ac_power_kw": 118.40, "energy_kwh": None}
    assert put(api, OF_INVERTERS, new, changed, same) == {"inserted": 1, "updated": 1, "unchanged": 1}


def test_what_a_later_reading_leaves_out_becomes_null(api: ApiClient, inverter: Inverter, site: Site) -> None:
    """[T1]"""
    put(api, OF_INVERTERS, inverter_reading(inverter, energy_kwh=1, state="FAULT", temperature_c=40, error_code="E"))
    assert put(api, OF_INVERTERS, inverter_reading(inverter))["updated"] == 1
    (stored,) = listed(api, OF_INVERTERS, f"inverter_ids={inverter.pk}&{DAY}")
    assert [stored[field] for field in ("energy_kwh", "state", "temperature_c", "error_code")] == [None] * 4
    put(api, OF_SITES, site_reading(site, ambient_temperature_c=17))
    assert put(api, OF_SITES, site_reading(site))["updated"] == 1
    assert listed(api, OF_SITES, f"site_ids={site.pk}&{DAY}")[0]["ambient_temperature_c"] is None


def test_only_a_change_moves_updated_at_and_nothing_moves_created_at(api: ApiClient, inverter: Inverter) -> None:
    """[C10]"""

    def stamps() -> tuple[str, str]:
        (stored,) = listed(api, OF_INVERTERS, f"inverter_ids={inverter.pk}&{DAY}")
        return stored["created_at"], stored["updated_at"]

    put(api, OF_INVERTERS, inverter_reading(inverter))
    created_at, updated_at = stamps()
    put(api, OF_INVERTERS, inverter_reading(inverter))
    assert stamps() == (created_at, updated_at)
    put(api, OF_INVERTERS, inverter_reading(inverter, state="NORMAL"))
    assert stamps()[0] == created_at
    assert stamps()[1] > updated_at


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"inverter_id": None}, "inverter_id", "string"),
        ({"inverter_id": ""}, "inverter_id", "at least 1 character"),
        ({"inverter_id": 7}, "inverter_id", "string"),
        ({"time": "2026-05-01T12:00:00"}, "time", "offset"),
        ({"time": "2026-05-01"}, "time", "instant"),
        ({"time": 1777636800}, "time", "instant"),
        ({"time": "2026-02-30T12:00:00Z"}, "time", "exists"),
        ({"time": "0001-01-01T00:00:00+01:00"}, "time", "exists"),
        ({"ac_power_kw": None}, "ac_power_kw", "number"),
        ({"ac_power_kw": "1.0000001"}, "ac_power_kw", "6 decimals"),
        ({"ac_power_kw": "1000000000000"}, "ac_power_kw", "12 digits"),
        ({"ac_power_kw": True}, "ac_power_kw", "number"),
        ({"ac_power_kw": "NaN"}, "ac_power_kw", "number"),
        ({"energy_kwh": "-0.1"}, "energy_kwh", "greater than or equal to 0"),
        ({"state": "normal"}, "state", "NORMAL"),
        ({"error_code": ""}, "error_code", "at least 1 character"),
        ({"error_code": "x" * 65}, "error_code", "at most 64 characters"),
        ({"error_code": 17}, "error_code", "string"),
        ({"created_at": "2026-05-01T12:00:00Z"}, "created_at", "not permitted"),
        ({"site_id": "A"}, "site_id", "not permitted"),
    ],
)
def test_what_is_wrong_with_an_inverters_reading_is_named(
    api: ApiClient, inverter: Inverter, fields: dict[str, Any], place: str, sentence: str
) -> None:
    """[T1] [C3]"""
    readings = [inverter_reading(inverter, 0), inverter_reading(inverter, 1, **fields)]
    ((loc, msg),) = api.faults("PUT", OF_INVERTERS, {"readings": readings})
    assert loc == ["body", "readings", 1, place]
    assert sentence in msg
    assert not InverterReading.objects.exists()


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"consumption_kw": -1}, ["consumption_kw"], "greater than or equal to 0"),
        ({"ambient_temperature_c": "warm"}, ["ambient_temperature_c"], "number"),
        ({"poa_irradiance_wm2": None}, [], "at least one value"),
        ({"ac_power_kw": 1}, ["ac_power_kw"], "not permitted"),
    ],
)
def test_what_is_wrong_with_a_sites_reading_is_named(
    api: ApiClient, site: Site, fields: dict[str, Any], place: list[str], sentence: str
) -> None:
    """[T1] [C3]"""
    ((loc, msg),) = api.faults("PUT", OF_SITES, {"readings": [site_reading(site, **fields)]})
    assert loc == ["body", "readings", 0, *place]
    assert sentence in msg
    assert not SiteReading.objects.exists()


@pytest.mark.parametrize("path", [OF_INVERTERS, OF_SITES])
def test_a_batch_has_one_to_ten_thousand_readings(api: ApiClient, path: str) -> None:
    """[B1] Ten thousand and one pieces of junk are one fault."""
    assert api.faults("PUT", path, {"readings": []})[0][0] == ["body", "readings"]
    assert api.faults("PUT", path, {})[0] == (["body", "readings"], "Field required")
    ((loc, msg),) = api.faults("PUT", path, {"readings": [{}] * 10_001})
    assert (loc, msg) == (["body", "readings"], "List should have at most 10000 items, not 10001")


def test_at_most_a_hundred_faults_are_named(api: ApiClient) -> None:
    """[C3]"""
    assert len(api.faults("PUT", OF_INVERTERS, {"readings": [{}] * 10_000})) == 100


def test_the_same_inverter_and_instant_twice_names_both(api: ApiClient, inverter: Inverter) -> None:
    """[B2] After normalising offsets."""
    readings = [
        inverter_reading(inverter, 0),
        inverter_reading(inverter, 1),
        inverter_reading(inverter, time="2026-05-01T14:00:00.000+02:00", ac_power_kw=1),
        inverter_reading(inverter, 1),
    ]
    assert api.faults("PUT", OF_INVERTERS, {"readings": readings}) == [
        (["body", "readings", 2], "Item 2 has the same inverter_id and time as item 0"),
        (["body", "readings", 3], "Item 3 has the same inverter_id and time as item 1"),
    ]
    assert not InverterReading.objects.exists()


def test_one_instant_of_two_inverters_is_no_repeat(api: ApiClient, inverter: Inverter, site: Site) -> None:
    """[B2]"""
    other = add_inverter(site, *inverter.assets.values_list("pk", flat=True))
    assert put(api, OF_INVERTERS, inverter_reading(inverter), inverter_reading(other))["inserted"] == 2


def test_all_unknown_owners_are_named_and_nothing_is_stored(api: ApiClient, inverter: Inverter, site: Site) -> None:
    """[C8] [B1]"""
    good = inverter_reading(inverter)
    readings = [good, {**good, "inverter_id": "NONE_2"}, {**good, "inverter_id": "NONE_1"}]
    assert api.refusal("PUT", OF_INVERTERS, {"readings": readings}) == (404, "Unknown inverters: NONE_1, NONE_2.")
    assert not InverterReading.objects.exists()
    readings = [site_reading(site), {**site_reading(site), "site_id": inverter.pk}]
    assert api.refusal("PUT", OF_SITES, {"readings": readings}) == (404, f"Unknown site: {inverter.pk}.")
    assert not SiteReading.objects.exists()


def test_two_sites_readings_are_kept_apart(api: ApiClient, site: Site) -> None:
    """[T1]"""
    other = add_site("OTHER")
    assert put(api, OF_SITES, site_reading(site), site_reading(other))["inserted"] == 2
    assert [reading["site_id"] for reading in listed(api, OF_SITES, f"site_ids={other.pk}&{DAY}")] == [other.pk]


@pytest.mark.parametrize("count", [1, 1000])
def test_a_batch_takes_the_same_statements_however_many_readings_it_has(
    api: ApiClient, inverter: Inverter, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    """One each for the key, the inverters, the readings and the revisions, and a savepoint's two; without a change no
    revision is raised."""
    body = {"readings": [inverter_reading(inverter, minute) for minute in range(count)]}
    with django_assert_num_queries(6):
        api.call("PUT", OF_INVERTERS, body)
    with django_assert_num_queries(5):
        api.call("PUT", OF_INVERTERS, body)


@pytest.mark.parametrize("path", [OF_INVERTERS, OF_SITES])
def test_telemetry_has_scopes_of_its_own(path: str) -> None:
    """[C14]"""
    other = ApiClient("sites:read", "sites:write", "assets:read", "assets:write")
    assert other.refusal("GET", path) == (403, "This needs the scope telemetry:read.")
    assert other.refusal("PUT", path, {}) == (403, "This needs the scope telemetry:write.")
    reader = ApiClient("telemetry:read")
    assert reader.refusal("PUT", path, {}) == (403, "This needs the scope telemetry:write.")
    answer = ApiClient("telemetry:read").call("POST", path, {})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, PUT, HEAD")
