"""State snapshots against a plain dictionary of them, on made-up sequences of batches and lists [SS1] [SS2]."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from config.api.values import plain
from tests.clients import Api, next_page, read
from tests.factories.assets import make_asset
from tests.factories.state_snapshots import PATH, at, mwh, post

pytestmark = pytest.mark.django_db

ENERGIES = ("energy", "charged_energy", "discharged_energy")
LAST_HOUR = 5

# By asset and hour: energy, charged, discharged.
Rows = dict[tuple[int, int], tuple[Decimal | None, ...]]

amounts = st.sampled_from([Decimal(0), Decimal(1), Decimal("0.5"), Decimal("2.000001")])
batches = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, LAST_HOUR)),
    st.tuples(amounts, st.none() | amounts, st.none() | amounts),
    min_size=1,
    max_size=6,
)
lists = st.fixed_dictionaries(
    {
        "assets": st.sets(st.integers(0, 2), min_size=1),
        "window": st.none() | st.tuples(st.integers(0, LAST_HOUR + 1), st.integers(0, LAST_HOUR + 1)).map(sorted),
        "limit": st.integers(1, 4),
    }
)


def item_of(assets: list[Asset], key: tuple[int, int], values: tuple[Decimal | None, ...]) -> dict[str, Any]:
    """A row as it is sent; what is null is left out."""
    sent = {name: mwh(str(value)) for name, value in zip(ENERGIES, values, strict=True) if value is not None}
    return {"asset_id": assets[key[0]].pk, "effective_at": at(key[1]), **sent}


def answered(assets: list[Asset], key: tuple[int, int], values: tuple[Decimal | None, ...]) -> dict[str, Any]:
    """A row as it is answered, without its stamps."""
    amounts_of = {
        name: None if value is None else mwh(plain(value)) for name, value in zip(ENERGIES, values, strict=True)
    }
    return {"asset_id": assets[key[0]].pk, "effective_at": at(key[1]).replace("Z", ".000000Z"), **amounts_of}


def without_stamps(snapshots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one[name] for name in ("asset_id", "effective_at", *ENERGIES)} for one in snapshots]


def selected(rows: Rows, asked: dict[str, Any]) -> list[tuple[int, int]]:
    """The keys that a list has, in its order."""
    keys = [key for key in rows if key[0] in asked["assets"]]
    if asked["window"] is None:
        return sorted(max(key for key in keys if key[0] == asset) for asset in {asset for asset, _hour in keys})
    start, end = asked["window"]
    return sorted((key for key in keys if start <= key[1] < end), key=lambda key: (key[1], key[0]))


def total(rows: Rows, keys: list[tuple[int, int]], field: int) -> dict[str, Any]:
    return mwh(plain(sum((rows[key][field] or Decimal(0) for key in keys), Decimal(0))))


def pages_of(api: Api, assets: list[Asset], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of a list."""
    window = asked["window"]
    which = f"from={at(window[0])}&to={at(window[1])}" if window else "latest=true"
    ids = ",".join(assets[asset].pk for asset in asked["assets"])
    path: str | None = f"{PATH}?asset_ids={ids}&{which}&limit={asked['limit']}"
    pages = []
    while path:
        answer = api.get(path)
        pages.append(read(answer))
        path = next_page(answer)
    return pages


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(batches, lists), min_size=1, max_size=5))
def test_snapshots_are_what_a_dictionary_of_them_would_be(steps: list[tuple[Rows, dict[str, Any]]]) -> None:
    """[SS1] [SS2]: what is answered to a batch, and then what a list has, page by page, with its totals."""
    api, assets = Api.with_key(), [make_asset(code=code) for code in ("A", "B", "C")]
    rows: Rows = {}
    for batch, asked in steps:
        rows |= batch
        echoed = post(api, *(item_of(assets, key, values) for key, values in batch.items()))
        assert without_stamps(echoed) == [answered(assets, key, values) for key, values in batch.items()]

        pages = pages_of(api, assets, asked)

        keys = selected(rows, asked)
        listed = [snapshot for page in pages for snapshot in page["state_snapshots"]]
        assert without_stamps(listed) == [answered(assets, key, rows[key]) for key in keys]
        for page in pages:
            assert page["total_charged_energy"] == total(rows, keys, 1)
            assert page["total_discharged_energy"] == total(rows, keys, 2)
