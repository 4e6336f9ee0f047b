"""When specs begin and end, over HTTP: open ones follow each other, and none overlap [SP2] [SP3]."""

import pytest

from assets.models import Asset
from tests.clients import Api
from tests.factories.assets import make_asset
from tests.factories.specs import listed, put_spec, refusal, represented, spec_body, stamp, windows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.fixture
def api() -> Api:
    return Api.with_key()


def test_a_new_open_spec_closes_the_open_one_before_it(api: Api, asset: Asset) -> None:
    """[SP3] [C10]"""
    first = represented(api, spec_body(asset, 1, ramp_rate=1))
    second = represented(api, spec_body(asset, 5, valid_to=None))

    last, closed = listed(api, asset)
    assert last == second
    assert closed["updated_at"] == second["created_at"] > first["updated_at"]
    assert closed == first | {"valid_to": stamp(5), "updated_at": closed["updated_at"]}


def test_a_new_open_spec_begins_after_the_open_one(api: Api, asset: Asset) -> None:
    """[SP3]"""
    put_spec(asset, 1, 3)
    put_spec(asset, 5)

    for start in (2, 4):
        assert refusal(api, spec_body(asset, start)) == (
            "valid_from",
            f"Should be after {stamp(5)}, at which the asset's open spec begins",
        )
    assert windows_of(asset) == [(1, 3), (5, None)]


def test_an_open_spec_follows_specs_that_are_closed(api: Api, asset: Asset) -> None:
    """[SP3]: there need not be an open one before it, and a gap may stay."""
    put_spec(asset, 1, 3)
    assert api.patch("/specs", spec_body(asset, 3)).status_code == 204
    put_spec(asset, 3, 5)

    assert api.patch("/specs", spec_body(asset, 8)).status_code == 204

    assert windows_of(asset) == [(1, 3), (3, 5), (8, None)]


@pytest.mark.parametrize("start", [1, 11, 15])
def test_a_new_open_spec_does_not_begin_before_or_in_a_closed_one(api: Api, asset: Asset, start: int) -> None:
    """[SP3]"""
    put_spec(asset, 10, 20)

    field, sentence = refusal(api, spec_body(asset, start))

    assert field == "valid_from"
    assert sentence == f"Overlaps the asset's spec that begins at {stamp(10)} and ends at {stamp(20)}"
    assert windows_of(asset) == [(10, 20)]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (9, 11, "valid_to"),
        (1, 31, "valid_to"),
        (11, 19, "valid_from"),
        (19, 21, "valid_from"),
    ],
)
def test_a_spec_with_an_end_overlaps_no_other(api: Api, asset: Asset, start: int, end: int, field: str) -> None:
    """[SP3]"""
    put_spec(asset, 10, 20)

    assert refusal(api, spec_body(asset, start, end)) == (
        field,
        f"Overlaps the asset's spec that begins at {stamp(10)} and ends at {stamp(20)}",
    )
    assert windows_of(asset) == [(10, 20)]


def test_specs_with_ends_may_touch_and_come_in_any_order(api: Api, asset: Asset) -> None:
    """[SP3]: half-open."""
    for start, end in ((10, 20), (20, 25), (5, 10), (1, 2)):
        assert api.patch("/specs", spec_body(asset, start, end)).status_code == 204

    assert windows_of(asset) == [(1, 2), (5, 10), (10, 20), (20, 25)]


def test_a_spec_with_an_end_may_come_before_the_open_one_and_not_into_it(api: Api, asset: Asset) -> None:
    """[SP3]: only an open spec closes the open one."""
    put_spec(asset, 10)
    assert api.patch("/specs", spec_body(asset, 5, 10)).status_code == 204

    assert refusal(api, spec_body(asset, 4, 5) | {"valid_to": "2026-05-05T00:00:00.000001Z"})[0] == "valid_to"
    assert refusal(api, spec_body(asset, 12, 14)) == (
        "valid_from",
        f"Overlaps the asset's spec that begins at {stamp(10)} and is open",
    )
    assert windows_of(asset) == [(5, 10), (10, None)]


def test_specs_of_different_assets_do_not_meet(api: Api, asset: Asset) -> None:
    """[SP3]"""
    other = make_asset()
    put_spec(asset, 1)

    assert api.patch("/specs", spec_body(other, 1)).status_code == 204

    assert windows_of(asset) == windows_of(other) == [(1, None)]


def test_an_end_that_is_left_out_stays(api: Api, asset: Asset) -> None:
    """[SP2]: a correction opens nothing and closes nothing."""
    put_spec(asset, 1, 3)
    put_spec(asset, 5)

    for start in (1, 5):
        assert api.patch("/specs", spec_body(asset, start, ramp_rate=1)).status_code == 204

    assert windows_of(asset) == [(1, 3), (5, None)]


def test_null_leaves_an_open_spec_open(api: Api, asset: Asset) -> None:
    """[SP2]"""
    put_spec(asset, 1)

    assert represented(api, spec_body(asset, 1, valid_to=None, ramp_rate=1))["valid_to"] is None


def test_a_closed_spec_is_not_opened_again(api: Api, asset: Asset) -> None:
    """[SP2]"""
    put_spec(asset, 1, 3)

    assert refusal(api, spec_body(asset, 1, valid_to=None, ramp_rate=1)) == (
        "valid_to",
        f"The spec ends at {stamp(3)}; it cannot be opened again",
    )
    assert listed(api, asset)[0]["ramp_rate"] is None


def test_an_end_can_be_moved_as_far_as_the_next_spec(api: Api, asset: Asset) -> None:
    """[SP2] [SP3]"""
    put_spec(asset, 1, 3)
    put_spec(asset, 10, 12)
    put_spec(asset, 20)

    for end in (2, 10):
        assert represented(api, spec_body(asset, 1, end))["valid_to"] == stamp(end)
    assert refusal(api, spec_body(asset, 1, 11)) == (
        "valid_to",
        f"Overlaps the asset's spec that begins at {stamp(10)} and ends at {stamp(12)}",
    )
    assert refusal(api, spec_body(asset, 10, 21)) == (
        "valid_to",
        f"Overlaps the asset's spec that begins at {stamp(20)} and is open",
    )
    assert windows_of(asset) == [(1, 10), (10, 12), (20, None)]


def test_an_open_spec_can_be_given_an_end(api: Api, asset: Asset) -> None:
    """[SP2]"""
    put_spec(asset, 1)

    assert represented(api, spec_body(asset, 1, 5))["valid_to"] == stamp(5)
    assert api.patch("/specs", spec_body(asset, 7)).status_code == 204

    assert windows_of(asset) == [(1, 5), (7, None)]
