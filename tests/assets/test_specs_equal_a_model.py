"""Specs of an asset against a plain dictionary of them, on made-up sequences of PATCHes [SP2] [SP3]."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from tests.clients import Api, read
from tests.factories.assets import make_asset
from tests.model.specs import VALUES, Rows, answered, body_of, patched, patches

pytestmark = pytest.mark.django_db


def stored(api: Api, asset: Asset) -> list[dict[str, Any]]:
    """What is stored, with the fields that the model knows."""
    listed = read(api.get(f"/specs?asset_ids={asset.pk}"))["specs"]
    return [{name: spec[name] for name in ("valid_from", "valid_to", *VALUES)} for spec in listed]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(patches(), min_size=2, max_size=12))
def test_specs_are_what_a_dictionary_of_them_would_be(sent: list[tuple[int, dict[str, Any]]]) -> None:
    """[SP2] [SP3]: the same are refused, and what is stored is the same after each."""
    api, asset = Api.with_key(), make_asset()
    rows: Rows = {}
    for start, fields in sent:
        expected = patched(rows, start, fields)

        answer = api.patch("/specs", body_of(asset.pk, start, fields))

        assert answer.status_code == (422 if expected is None else 204), (rows, start, fields)
        rows = rows if expected is None else expected
        assert stored(api, asset) == answered(rows)
