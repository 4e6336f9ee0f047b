"""Batteries, and a client that may do everything."""

import pytest

from tests.factories.assets import make_asset
from tests.factories.clients import ApiClient


@pytest.fixture
def api() -> ApiClient:
    return ApiClient()


@pytest.fixture
def battery() -> str:
    """The id of a battery."""
    return make_asset().pk


@pytest.fixture
def neighbour() -> str:
    """The id of another battery, whose id comes after the first one's."""
    return make_asset(code="WV").pk
