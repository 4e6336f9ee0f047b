"""Answers without content (RFC 9110, 8.6)."""

import pytest

from tests.clients import Api
from tests.factories.assets import make_asset

pytestmark = pytest.mark.django_db


def test_an_answer_without_content_has_no_length_of_it() -> None:
    api = Api.with_key("assets:read", "assets:write")
    path = f"/assets/{make_asset().pk}"
    unchanged = api.get(path, If_None_Match=api.get(path)["ETag"])
    done = api.patch(path, {"name": "Another"})
    assert (unchanged.status_code, done.status_code) == (304, 204)
    assert not {"Content-Length", "Content-Type"} & (set(unchanged.headers) | set(done.headers))
