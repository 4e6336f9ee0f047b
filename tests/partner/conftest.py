"""A plant of one inverter with 100 kW of modules, shown as Sibaya, for all tests of what partners see."""

import pytest

from partner.models import PartnerProfile
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, make_profile, make_site


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def inverter(site: Site) -> Inverter:
    return make_inverter(site, dc_kw=100)


@pytest.fixture
def profile(site: Site) -> PartnerProfile:
    return make_profile(site, public_name="Sibaya")
