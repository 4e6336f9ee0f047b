"""Callers who may do everything, and one record of each kind."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from sites.models import Site
from tests.conformance import JSON
from tests.contract.operations import Operation
from tests.factories.assets import make_asset
from tests.factories.custom_kinds import make_document, make_kind
from tests.factories.keys import bearer, make_partner_key
from tests.factories.sites import add_inverter, add_site

Call = Callable[..., HttpResponse]


@pytest.fixture
def ids() -> dict[str, str]:
    """The ids of records that exist, by the names that path parameters have; examples name them and two more."""
    asset = make_asset()
    for _ in range(2):
        make_asset(code="IMMST", delivery_area="AMPN")
    site = add_site()
    inverter = add_inverter(site, asset.pk)
    kind = make_kind()
    make_document(kind, site)
    return {"asset_id": asset.pk, "site_id": site.pk, "inverter_id": inverter.pk, "kind": kind.name}


@pytest.fixture
def anonymous() -> Call:
    """Sends requests without a key: `anonymous("GET", path)`."""
    return caller({})


@pytest.fixture
def permitted(request: pytest.FixtureRequest) -> Callable[[Operation], Call]:
    """`permitted(operation)` sends requests with a key that may do everything, of the operation's kind.

    Records are made where somebody needs them: a partner's key its site, a test its ids. Most refusals need none.
    """

    def of(operation: Operation) -> Call:
        if operation.is_partners:
            ids: dict[str, str] = request.getfixturevalue("ids")
            return caller({"x-api-key": make_partner_key(Site.objects.get(pk=ids["site_id"])).text})
        return caller(bearer())

    return of


def caller(headers: dict[str, str]) -> Call:
    """Sends requests with these headers; no answer is a 5xx or a page."""
    client = Client(headers=headers, raise_request_exception=False)

    def call(method: str, path: str, content: bytes = b"", content_type: str = JSON, **headers: str) -> HttpResponse:
        named = {"Content-Type": content_type, "Content-Length": str(len(content))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.generic(method, path, content, headers=named)
        assert answer.status_code < 500, (method, path, content[:200], answer.content)
        assert "html" not in answer.get("Content-Type", ""), (method, path)
        return answer  # type: ignore[return-value]

    return call
