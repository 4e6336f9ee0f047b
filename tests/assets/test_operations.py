"""Creating, correcting and deleting assets as others call it: races, roll-backs, locks [A1] [A3] [A4] [C10]."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from assets.models import Asset, NumberSeries, StatusEntry
from assets.operations import (
    AssetInUseError,
    AssetNotDeletableError,
    create_asset,
    delete_asset,
    next_id,
    update_asset,
)
from assets.queries import MOST_NAMED, UnknownAssetError, get_asset, lock_assets
from assets.vocabulary import Lifecycle
from tests.clients import Api, read
from tests.factories.assets import ACTOR, NOW, asset_body, make_asset
from tests.factories.keys import bearer
from tests.factories.sites import add_inverter, add_site, inverter_body
from tests.races import at_once

HANDS = 32
LATER = NOW + timedelta(hours=1)


def numbers() -> list[int]:
    return sorted(int(pk.rpartition("_")[2]) for pk in Asset.objects.values_list("pk", flat=True))


# --- Numbers [A1] -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_numbers_are_gap_free_when_many_create_at_once() -> None:
    headers = bearer()
    answers = at_once(*[lambda: read(Api(headers).post("/assets", asset_body()), 201)["id"]] * HANDS)
    assert sorted(answers) == sorted(f"DE_50HZ_WU_{number}" for number in range(1, HANDS + 1))


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gap_free_when_some_of_the_creations_are_rolled_back() -> None:
    def create() -> None:
        create_asset(fields=asset_body(), by=ACTOR, now=NOW)

    def create_in_vain() -> None:
        with transaction.atomic():
            create()
            transaction.set_rollback(True)

    at_once(*[create, create_in_vain] * 12)
    assert numbers() == list(range(1, 13))


@pytest.mark.django_db
def test_a_creation_that_the_database_refuses_takes_no_number() -> None:
    with pytest.raises(IntegrityError, match="asset_area_lies_in_its_region"):
        create_asset(fields=asset_body(region="PL"), by=ACTOR, now=NOW)
    assert not NumberSeries.objects.exists()
    assert make_asset().pk == "DE_50HZ_WU_1"


@pytest.mark.django_db
def test_a_number_does_not_come_back_with_a_deletion() -> None:
    for _ in range(3):
        delete_asset(asset_id=make_asset().pk, by=ACTOR)
    assert make_asset().pk == "DE_50HZ_WU_4"


@pytest.mark.django_db
def test_each_prefix_counts_for_itself() -> None:
    with transaction.atomic():
        assert [next_id("A"), next_id("B"), next_id("A")] == ["A_1", "B_1", "A_2"]


# --- Correcting [A3] [C10] --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_correction_that_changes_something_is_dated() -> None:
    asset = make_asset()
    changed = update_asset(asset_id=asset.pk, changes={"name": "Block A"}, by=ACTOR, now=LATER)
    assert (changed.name, changed.updated_at, changed.created_at) == ("Block A", LATER, NOW)


@pytest.mark.django_db
def test_a_correction_that_changes_nothing_is_not() -> None:
    asset = make_asset()
    assert update_asset(asset_id=asset.pk, changes={"name": asset.name}, by=ACTOR, now=LATER).updated_at == NOW


@pytest.mark.django_db(transaction=True)
def test_corrections_of_different_fields_at_once_are_all_kept() -> None:
    asset = make_asset()
    at_once(
        *[lambda: update_asset(asset_id=asset.pk, changes={"name": "Block A"}, by=ACTOR, now=LATER)] * 4,
        *[lambda: update_asset(asset_id=asset.pk, changes={"provider": "EBX"}, by=ACTOR, now=LATER)] * 4,
        *[lambda: update_asset(asset_id=asset.pk, changes={"type": "VBAT"}, by=ACTOR, now=LATER)] * 4,
    )
    asset.refresh_from_db()
    assert (asset.name, asset.provider, asset.type) == ("Block A", "EBX", "VBAT")


# --- Deleting [A4] ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_refusals_of_a_deletion_are_named() -> None:
    with pytest.raises(UnknownAssetError):
        delete_asset(asset_id="DE_50HZ_WU_9", by=ACTOR)
    with pytest.raises(AssetNotDeletableError, match="is LIVE; only DRAFT or DECOMMISSIONED"):
        delete_asset(asset_id=make_asset(Lifecycle.LIVE).pk, by=ACTOR)
    listed = make_asset()
    first, second = (add_inverter(add_site(), listed.pk) for _ in range(2))
    with pytest.raises(AssetInUseError, match=f"{first.pk}.*{second.pk}"):
        delete_asset(asset_id=listed.pk, by=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_delete_at_once_one_does() -> None:
    asset, headers = make_asset(), bearer()
    statuses = at_once(*[lambda: Api(headers).delete(f"/assets/{asset.pk}").status_code] * HANDS)
    assert sorted(statuses) == [204] + [404] * (HANDS - 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(6))
def test_an_asset_that_is_deleted_and_moved_at_once_is_one_or_the_other(round_: int) -> None:
    headers, path = bearer(), f"/assets/{make_asset().pk}"
    deleted, moved = at_once(
        lambda: Api(headers).delete(path).status_code,
        lambda: Api(headers).post(f"{path}/actions/commission").status_code,
    )
    assert (deleted, moved) in ((204, 404), (409, 204))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(6))
def test_an_asset_that_is_deleted_while_an_inverter_takes_it_is_one_or_the_other(round_: int) -> None:
    headers, asset, site = bearer(), make_asset(), add_site()
    deleted, listed = at_once(
        lambda: Api(headers).delete(f"/assets/{asset.pk}").status_code,
        lambda: Api(headers).post(f"/sites/{site.pk}/inverters", inverter_body(asset.pk)).status_code,
    )
    assert (deleted, listed) in ((204, 404), (409, 201))


@pytest.mark.django_db(transaction=True)
def test_what_sql_deletes_takes_its_periods_along() -> None:
    asset = make_asset()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assets_asset WHERE id = %s", [asset.pk])
    assert not StatusEntry.objects.filter(asset_id=asset.pk).exists()


# --- Asking for many at once [C8] -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_all_unknown_assets_are_named() -> None:
    known, hidden = make_asset().pk, make_asset().pk
    with transaction.atomic(), pytest.raises(UnknownAssetError, match=f"Unknown assets: {hidden}, X, Y\\."):
        lock_assets([known, "Y", hidden, "X", "Y"], visible=[known])
    with transaction.atomic(), pytest.raises(UnknownAssetError, match="Unknown asset: X\\."):
        lock_assets(["X"])


def test_of_thousands_of_unknown_assets_a_thousand_are_named() -> None:
    """So that the answer stays below 100 kB."""
    error = UnknownAssetError(f"DE_50HZ_{'X' * 32}_{number}" for number in range(10_000))
    assert error.sentence.count("DE_50HZ") == MOST_NAMED
    assert error.sentence.endswith(" and 9000 more.")
    assert len(error.sentence) < 100_000


@pytest.mark.django_db
def test_an_asset_is_read_without_a_lock_unless_one_is_asked_for() -> None:
    asset = make_asset()
    assert get_asset(asset.pk) == get_asset(asset.pk, lock="change") == get_asset(asset.pk, lock="delete")
