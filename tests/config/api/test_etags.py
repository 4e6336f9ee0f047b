"""Entity tags of the Asset Service: 304 and 412 [C13]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.clients import Api, read
from tests.factories.assets import make_asset
from tests.factories.periods import forecast, price, reservation

pytestmark = pytest.mark.django_db
WINDOW = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.fixture
def battery() -> str:
    return make_asset().pk


def limit(asset_id: str, **values: Any) -> dict[str, Any]:
    return {
        "asset_id": asset_id,
        "source": "PV",
        "start_time": "06:00",
        "end_time": "07:00",
        "valid_from": "2026-05-01",
        "valid_until": "2026-05-01",
        "power_discharge": 5,
    } | values


def writes(asset_id: str) -> dict[str, tuple[str, dict[str, Any], dict[str, Any], str]]:
    """For each list of periods: how to write it, twice differently, and how to read it."""
    of_asset = f"asset_ids={asset_id}&{WINDOW}"
    return {
        "limits": (
            "PATCH",
            {"limits": [limit(asset_id)]},
            {"limits": [limit(asset_id, power_discharge=4)]},
            f"/limits?{of_asset}",
        ),
        "forecasts": (
            "PUT",
            {"forecasts": [forecast(asset_id)]},
            {"forecasts": [forecast(asset_id, generation=2)]},
            f"/forecasts?{of_asset}",
        ),
        "reservations": (
            "PUT",
            {"reservations": [reservation(asset_id)]},
            {"reservations": [reservation(asset_id, power=2)]},
            f"/reservations?{of_asset}",
        ),
        "prices": (
            "PUT",
            {"prices": [price()]},
            {"prices": [price(price={"value": 1, "unit": "EUR/MWh"})]},
            f"/prices?delivery_areas=50HZ&{WINDOW}",
        ),
    }


@pytest.mark.parametrize("kind", ["limits", "forecasts", "reservations", "prices"])
def test_a_list_s_tag_stays_until_a_write_changes_something(api: Api, battery: str, kind: str) -> None:
    """A write that changes nothing changes no tag; another does."""
    method, first, second, path = writes(battery)[kind]
    assert api.send(method, f"/{kind}", first).status_code == 204
    tag = api.get(path)["ETag"]
    assert api.get(path, If_None_Match=tag).status_code == 304
    api.send(method, f"/{kind}", first)
    assert api.get(path)["ETag"] == tag
    api.send(method, f"/{kind}", second)
    changed = api.get(path, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed["ETag"] != tag


@pytest.mark.parametrize("kind", ["limits", "forecasts", "reservations", "prices"])
def test_a_304_never_runs_the_list(
    api: Api, battery: str, kind: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The key, and one indexed read of the revisions."""
    method, first, _, path = writes(battery)[kind]
    api.send(method, f"/{kind}", first)
    tag = api.get(path)["ETag"]
    with django_assert_num_queries(2) as found:
        answer = api.get(path, If_None_Match=f'W/"x", {tag}')
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == tag
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"]
    assert not any(f"markets_{kind[:-1]}" in query["sql"] for query in found.captured_queries)


def test_a_tag_is_of_one_query(api: Api, battery: str) -> None:
    """Another page, window or filter is another list."""
    api.put("/forecasts", {"forecasts": [forecast(battery, slot) for slot in range(3)]})
    path = f"/forecasts?asset_ids={battery}&{WINDOW}"
    queries = (path, f"{path}&limit=2", f"{path}&offset=1", path.replace("05-02", "05-03"), path.replace("&", "&&", 1))
    tags = [api.get(query).get("ETag") for query in queries[:4]]
    assert len(set(tags)) == 4


def test_a_deleted_asset_changes_the_tag_of_its_lists(api: Api, battery: str) -> None:
    """[A4] Its periods went with it."""
    api.put("/forecasts", {"forecasts": [forecast(battery)]})
    path = f"/forecasts?asset_ids={battery}&{WINDOW}"
    tag = api.get(path)["ETag"]
    assert api.delete(f"/assets/{battery}").status_code == 204
    answer = api.get(path, If_None_Match=tag)
    assert read(answer)["forecasts"] == []


def test_a_record_has_a_tag_that_changes_with_it(api: Api, battery: str) -> None:
    path = f"/assets/{battery}"
    tag = api.get(path)["ETag"]
    assert api.get(path, If_None_Match="*").status_code == 304
    assert api.get(path, If_None_Match=tag).status_code == 304
    api.patch(path, {"name": "Another"})
    assert api.get(path, If_None_Match=tag).status_code == 200


def test_head_answers_the_tag_of_get(api: Api, battery: str) -> None:
    assert api.send("HEAD", f"/assets/{battery}")["ETag"] == api.get(f"/assets/{battery}")["ETag"]


def test_if_match_lets_through_what_nobody_changed(api: Api, battery: str) -> None:
    path = f"/assets/{battery}"
    assert api.patch(path, {"name": "One"}, If_Match=api.get(path)["ETag"]).status_code == 204
    assert api.post(f"{path}/actions/commission", If_Match=f'"x", {api.get(path)["ETag"]}').status_code == 204
    assert api.patch(path, {"name": "Two"}, If_Match="*").status_code == 204


@pytest.mark.parametrize("kind", ["other", "weak", "garbage"])
def test_if_match_refuses_what_was_changed_meanwhile(api: Api, battery: str, kind: str) -> None:
    """412 on PATCH, DELETE and actions, and nothing is changed; weak tags never match."""
    path = f"/assets/{battery}"
    before = api.get(path)
    tag = {"other": '"0"', "weak": f"W/{before['ETag']}", "garbage": before["ETag"].strip('"')}[kind]
    assert api.patch(path, {"name": "Another"}, If_Match=tag).status_code == 412
    assert api.post(f"{path}/actions/commission", If_Match=tag).status_code == 412
    assert api.delete(path, If_Match=tag).status_code == 412
    assert api.get(path).content == before.content


def test_what_is_missing_or_in_the_wrong_state_is_said_first(api: Api, battery: str) -> None:
    """[C3] 404 and 409 come before 412."""
    assert api.patch("/assets/DE_50HZ_NO_1", {"name": "x"}, If_Match='"0"').status_code == 404
    assert api.post(f"/assets/{battery}/actions/resume", If_Match='"0"').status_code == 409


def test_sites_and_inverters_take_if_match(api: Api, battery: str) -> None:
    sent = {
        "name": "Immenstadt",
        "code": "IMMST",
        "region": "DE",
        "delivery_area": "AMPN",
        "dispatch_mode": {"name": "MANUAL"},
    }
    site = read(api.post("/sites", sent), 201)["id"]
    inverter = {
        "rated_power": {"value": 1, "unit": "MW"},
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
        "asset_ids": [battery],
    }
    below = f"/sites/{site}/inverters/{read(api.post(f'/sites/{site}/inverters', inverter), 201)['id']}"
    for path, patch in ((f"/sites/{site}", {"name": "Other"}), (below, {"charge_efficiency": 0.8})):
        tag = api.get(path)["ETag"]
        assert api.patch(path, patch, If_Match='"0"').status_code == 412
        assert api.patch(path, patch, If_Match=tag).status_code == 204
        assert api.patch(path, patch, If_Match=tag).status_code == 412
    assert api.delete(below, If_Match='"0"').status_code == 412
    assert api.delete(below, If_Match=api.get(below)["ETag"]).status_code == 204
