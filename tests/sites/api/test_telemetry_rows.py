"""Telemetry as rows [T1] [B3]."""

import pytest

from assets.models import Asset
from sites.models import Inverter, Site
from tests.clients import Api, detail_of, read
from tests.factories.assets import make_asset
from tests.factories.rows import CSV, NDJSON, WRITTEN, counts, flat, listed, places, send_rows
from tests.factories.telemetry import DAY, OF_INVERTERS, OF_SITES, inverter_reading, site_reading

pytestmark = pytest.mark.django_db

EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])


@pytest.fixture
def keyed() -> Api:
    return Api.with_key()


@EITHER
def test_readings_of_inverters_go_in_and_out_as_rows(keyed: Api, inverter: Inverter, media: str) -> None:
    """[T1] Text comes back as it was sent, whatever it holds."""
    code = 'E 17, "grid"\n\\tripped\\;\t\u00b5'
    rows = [inverter_reading(inverter, minute, state="FAULT", error_code=code) for minute in range(200)]
    assert counts(keyed, OF_INVERTERS, WRITTEN[media](*rows), media) == (200, 0, 0)
    path = f"{OF_INVERTERS}?inverter_ids={inverter.pk}&{DAY}"
    items = read(keyed.get(f"{path}&limit=1000"))["readings"]
    assert {item["error_code"] for item in items} == {code}
    assert listed(keyed, path, media) == (flat(items) if media == CSV else items)
    assert len(items) == 200


@EITHER
def test_readings_of_sites_go_in_and_out_as_rows(keyed: Api, site: Site, media: str) -> None:
    """[T1] An item's own rules are those of a row."""
    good = [site_reading(site, minute, ambient_temperature_c="-4.50") for minute in range(3)]
    assert counts(keyed, OF_SITES, WRITTEN[media](*good), media) == (3, 0, 0)
    path = f"{OF_SITES}?site_ids={site.pk}&{DAY}"
    items = read(keyed.get(path))["readings"]
    assert listed(keyed, path, media) == (flat(items) if media == CSV else items)
    empty = {**good[0], "poa_irradiance_wm2": None, "ambient_temperature_c": None}
    line = 2 if media == CSV else 1
    assert places(send_rows(keyed, "PUT", OF_SITES, WRITTEN[media](empty), media)) == [(line,)]


@EITHER
def test_a_key_bound_to_assets_writes_rows_of_its_inverters_only(
    keyed: Api, inverter: Inverter, asset: Asset, site: Site, media: str
) -> None:
    """[C14] Others are as if unknown; and readings of sites it does not write at all."""
    content = WRITTEN[media](inverter_reading(inverter))
    stranger = Api.with_key(asset_ids=[make_asset(code="OTHER").pk])
    assert inverter.pk in detail_of(send_rows(stranger, "PUT", OF_INVERTERS, content, media), 404)
    owner = Api.with_key(asset_ids=[asset.pk])
    assert counts(owner, OF_INVERTERS, content, media) == (1, 0, 0)
    assert send_rows(owner, "PUT", OF_SITES, WRITTEN[media](site_reading(site)), media).status_code == 403
