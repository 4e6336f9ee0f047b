"""A site with an inverter in front of an asset, and a client that may do everything."""

import pytest

from assets.models import Asset
from sites.models import Inverter, Site
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site


@pytest.fixture
def api() -> ApiClient:
    return ApiClient()


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.fixture
def site() -> Site:
    return add_site()


@pytest.fixture
def inverter(site: Site, asset: Asset) -> Inverter:
    return add_inverter(site, asset.pk)
