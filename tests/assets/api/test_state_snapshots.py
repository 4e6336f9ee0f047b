"""Posting state snapshots over HTTP [SS1]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Revision, StateSnapshot
from assets.operations import delete_asset
from tests.clients import Api, detail_of, faults_of, read
from tests.factories.assets import ACTOR, make_asset
from tests.factories.state_snapshots import PATH, at, listed, mwh, post, snapshot

pytestmark = pytest.mark.django_db


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


def test_the_answer_is_what_is_stored(api: Api, battery: Asset) -> None:
    """[SS1] [C2]: quantities in MWh, instants with six decimals."""
    sent = snapshot(
        battery,
        effective_at="2026-05-01T08:00:00.5+02:00",
        energy={"value": 12500, "unit": "kWh"},
        charged_energy={"value": "0.00025", "unit": "GWh"},
        discharged_energy=mwh("-0"),
    )
    answer = api.post(PATH, {"state_snapshots": [sent]})

    (stored,) = read(answer, 201)["state_snapshots"]
    assert stored["created_at"] == stored["updated_at"]
    assert stored == {
        "asset_id": battery.pk,
        "effective_at": "2026-05-01T06:00:00.500000Z",
        "energy": mwh("12.5"),
        "charged_energy": mwh("0.25"),
        "discharged_energy": mwh("0"),
        "created_at": stored["created_at"],
        "updated_at": stored["created_at"],
    }
    assert listed(api, battery.pk) == [stored]


def test_the_answer_is_in_the_order_of_the_batch(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[SS1]: new, changed and unchanged ones alike."""
    post(api, *(snapshot(asset, hour) for asset in (battery, neighbour) for hour in (1, 2)))
    batch = [
        snapshot(neighbour, 3),
        snapshot(battery, 2),
        snapshot(neighbour, 1, energy=mwh("9")),
        snapshot(battery, 3),
        snapshot(battery, 1, energy=mwh("8")),
    ]

    echoed = post(api, *batch)

    sent = [(item["asset_id"], item["effective_at"][:13], item["energy"]) for item in batch]
    assert [(one["asset_id"], one["effective_at"][:13], one["energy"]) for one in echoed] == sent
    everything = listed(api, f"{battery.pk},{neighbour.pk}")
    assert len(everything) == 6
    assert all(one in everything for one in echoed)


def test_all_energies_are_overwritten_and_what_is_left_out_becomes_null(api: Api, battery: Asset) -> None:
    """[SS1] [C10]"""
    (before,) = post(api, snapshot(battery, charged_energy=mwh("1"), discharged_energy=mwh("2")))

    (after,) = post(api, snapshot(battery, energy=mwh("6"), discharged_energy=None))

    assert (after["energy"], after["charged_energy"], after["discharged_energy"]) == (mwh("6"), None, None)
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]
    assert StateSnapshot.objects.count() == 1


def test_the_same_snapshot_again_changes_nothing_and_is_answered_as_it_is(api: Api, battery: Asset) -> None:
    """[C10] [C13]: updated_at stays, and so does the revision."""
    before = post(api, snapshot(battery, charged_energy=mwh("1.5")))
    revision = Revision.objects.get(owner_id=battery.pk, kind="state_snapshots").number

    same = snapshot(battery, energy={"value": "5000.0", "unit": "kWh"}, charged_energy=mwh("1.500000"))
    assert post(api, same) == before

    assert Revision.objects.get(owner_id=battery.pk, kind="state_snapshots").number == revision
    post(api, snapshot(battery))
    assert Revision.objects.get(owner_id=battery.pk, kind="state_snapshots").number == revision + 1


@pytest.mark.parametrize("instant", ["2999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_an_instant_may_lie_in_the_future_and_off_the_grid(api: Api, battery: Asset, instant: str) -> None:
    """[SS1]"""
    (stored,) = post(api, snapshot(battery, effective_at=instant))
    assert stored["effective_at"][:19] == instant[:19]
    assert listed(api, battery.pk, "latest=true") == [stored]


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("asset_id", 5, "string_type"),
        ("asset_id", "", "string_too_short"),
        ("effective_at", "2026-05-01T06:00:00", "timezone_aware"),
        ("effective_at", None, "datetime_parsing"),
        ("energy", None, "quantity"),
        ("energy", "5", "quantity"),
        ("energy", {"value": 5}, "quantity"),
        ("energy", {"value": 5, "unit": "MW"}, "quantity_unit"),
        ("energy", mwh(-1), "greater_than_equal"),
        ("energy", mwh("0.0000001"), "decimal_max_places"),
        ("energy", mwh("1000000000000"), "decimal_whole_digits"),
        ("energy", {"value": "0.0001", "unit": "kWh"}, "decimal_max_places"),
        ("energy", mwh(True), "decimal_type"),
        ("charged_energy", mwh("-0.000001"), "greater_than_equal"),
        ("discharged_energy", mwh("NaN"), "decimal_parsing"),
        ("created_at", at(), "extra_forbidden"),
        ("delivery_day", "2026-05-01", "extra_forbidden"),
    ],
)
def test_a_bad_item_is_named_and_nothing_is_written(
    api: Api, battery: Asset, field: str, value: Any, kind: str
) -> None:
    """[SS1] [B1] [C2] [C4]"""
    batch = [snapshot(battery, 1), snapshot(battery, 2, **{field: value}), snapshot(battery, 3)]
    answer = api.post(PATH, {"state_snapshots": batch})
    assert faults_of(answer) == [(("body", "state_snapshots", 1, field), kind)]
    assert not StateSnapshot.objects.exists()


@pytest.mark.parametrize("field", ["asset_id", "effective_at", "energy"])
def test_what_is_needed_is_missed(api: Api, battery: Asset, field: str) -> None:
    """[SS1]: the energies since the snapshot before may be left out, nothing else."""
    item = snapshot(battery)
    del item[field]
    assert faults_of(api.post(PATH, {"state_snapshots": [item]})) == [
        (("body", "state_snapshots", 0, field), "missing")
    ]


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ([], (("body", "state_snapshots"), "too_short")),
        (None, (("body", "state_snapshots"), "list_type")),
        ([{}] * 10_001, (("body", "state_snapshots"), "too_long")),
    ],
)
def test_a_batch_has_one_to_ten_thousand_items(api: Api, items: Any, fault: tuple[Any, str]) -> None:
    """[B1]"""
    assert faults_of(api.post(PATH, {"state_snapshots": items})) == [fault]


def test_ten_thousand_snapshots_are_one_statement(
    api: Api, battery: Asset, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """[B1] [SS1]: beside the key, the transaction, the lock of the assets and their revisions."""
    post(api, snapshot(battery))
    for number in (2, 10_000):
        batch = [snapshot(battery, effective_at=f"2026-05-01T06:00:00.{index:06}Z") for index in range(number)]
        with django_assert_num_queries(6):
            answer = api.client.post(
                f"/api/v1{PATH}", {"state_snapshots": batch}, content_type="application/json", headers=api.headers
            )
        assert answer.status_code == 201
        assert len(answer.json()["state_snapshots"]) == number
    assert StateSnapshot.objects.count() == 10_000


def test_the_same_key_twice_names_both_items(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[B2]: also as two offsets of one instant."""
    batch = [snapshot(neighbour), snapshot(battery), snapshot(battery, effective_at="2026-05-01T08:00:00.000+02:00")]
    (fault,) = read(api.post(PATH, {"state_snapshots": batch}), 422)["detail"]
    assert fault["loc"] == ["body", "state_snapshots", 2]
    assert fault["msg"] == "Item 2 has the same asset_id and effective_at as item 1"
    assert not StateSnapshot.objects.exists()


def test_all_items_of_unknown_assets_are_named(api: Api, battery: Asset) -> None:
    """[SS1] [C8]: 422, and nothing is written."""
    batch = [snapshot("NONE_2"), snapshot(battery), snapshot("NONE_1"), snapshot("NONE_2", 7)]
    faults = read(api.post(PATH, {"state_snapshots": batch}), 422)["detail"]
    assert [(fault["loc"], fault["msg"]) for fault in faults] == [
        (["body", "state_snapshots", 0, "asset_id"], "Unknown asset: NONE_2"),
        (["body", "state_snapshots", 2, "asset_id"], "Unknown asset: NONE_1"),
        (["body", "state_snapshots", 3, "asset_id"], "Unknown asset: NONE_2"),
    ]
    assert not StateSnapshot.objects.exists()


def test_each_unknown_asset_is_named_before_any_is_named_again(api: Api, battery: Asset) -> None:
    """[C3] [C8]: of hundreds of items the first hundred faults name all assets that are unknown."""
    often = [snapshot("NONE_1", effective_at=f"2026-05-01T06:00:00.{index:06}Z") for index in range(150)]
    batch = [*often, snapshot(battery), snapshot("NONE_2"), snapshot("NONE_3")]
    faults = read(api.post(PATH, {"state_snapshots": batch}), 422)["detail"]
    assert [fault["loc"][2] for fault in faults] == [*range(98), 151, 152]


def test_assets_that_the_key_does_not_see_are_unknown(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[C14]: told apart from what does not exist by nothing."""
    bound = Api.with_key(asset_ids=[battery.pk])
    batch = [snapshot(battery), snapshot(neighbour), snapshot("NONE")]
    faults = read(bound.post(PATH, {"state_snapshots": batch}), 422)["detail"]
    assert [(fault["loc"][2], fault["msg"], fault["type"]) for fault in faults] == [
        (1, f"Unknown asset: {neighbour.pk}", "unknown_asset"),
        (2, "Unknown asset: NONE", "unknown_asset"),
    ]
    assert len(post(bound, snapshot(battery))) == 1


def test_a_key_needs_the_scope_of_assets(battery: Asset) -> None:
    """[C14]"""
    for scopes in (("assets:read",), ("markets:write", "telemetry:write", "sites:write")):
        answer = Api.with_key(*scopes).post(PATH, {"state_snapshots": [snapshot(battery)]})
        assert "assets:write" in detail_of(answer, 403)
    assert "assets:read" in detail_of(Api.with_key("assets:write").get(f"{PATH}?asset_ids=A&latest=true"), 403)


def test_snapshots_go_with_their_asset(battery: Asset, neighbour: Asset, api: Api) -> None:
    """[A4]"""
    post(api, snapshot(battery), snapshot(neighbour))
    delete_asset(asset_id=battery.pk, by=ACTOR)
    assert set(StateSnapshot.objects.values_list("asset_id", flat=True)) == {neighbour.pk}
