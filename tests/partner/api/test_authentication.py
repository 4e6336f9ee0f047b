"""Who holds which key of the Asset Service [C14]."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from config.api.access import Caller
from partner.api.authentication import ApiKeyAuthentication
from partner.models import ApiKey
from partner.operations.keys import revoke
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_asset, make_site

pytestmark = pytest.mark.django_db


def authenticated(**headers: str) -> Caller | None:
    """The caller of a request with these headers."""
    found = ApiKeyAuthentication().authenticate(Request(APIRequestFactory().get("/", headers=headers)))
    return found[1] if found else None


def test_a_request_without_a_key_is_nobodys() -> None:
    assert authenticated() is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_bearer_key_makes_a_caller_with_its_bounds(scheme: str) -> None:
    asset = make_asset()
    issued = make_api_key("assets:read", sources=["CUSTOMER"], asset_ids=[asset.pk], rate_per_minute=5)
    assert authenticated(Authorization=f"{scheme} {issued.text}") == Caller(
        actor=issued.key.actor,
        scopes=frozenset({"assets:read"}),
        sources=frozenset({"CUSTOMER"}),
        asset_ids=frozenset({asset.pk}),
        rate_per_minute=5,
    )


def test_a_key_in_its_own_header_serves_too() -> None:
    caller = authenticated(**{"X-API-Key": make_api_key().text})
    assert caller
    assert caller.sources is None
    assert caller.asset_ids is None


def test_authorization_wins_over_x_api_key() -> None:
    one, other = make_api_key(name="one"), make_api_key(name="other")
    caller = authenticated(**{"Authorization": f"Bearer {one.text}", "X-API-Key": other.text})
    assert caller
    assert caller.actor == one.key.actor
    with pytest.raises(AuthenticationFailed):
        authenticated(**{"Authorization": "Bearer x", "X-API-Key": other.text})


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a b",
        "é",
        "Bearer \u00ff",
        "Bearer \0",
        "Bearer " + "x" * 9000,
        ",",
    ],
)
def test_a_malformed_authorization_is_refused(header: str) -> None:
    """401, never 500."""
    with pytest.raises(AuthenticationFailed):
        authenticated(Authorization=header)


@pytest.mark.parametrize("header", ["", "x", "é", "\0", "lst_"])
def test_a_malformed_x_api_key_is_refused(header: str) -> None:
    with pytest.raises(AuthenticationFailed):
        authenticated(**{"X-API-Key": header})


def test_all_bad_keys_are_refused_in_the_same_words() -> None:
    now = timezone.now()
    revoked, expired = make_api_key(), make_api_key()
    revoke(key=revoked.key, by="user:anna", now=now)
    ApiKey.objects.filter(pk=expired.key.pk).update(expires_at=now - timedelta(seconds=1))
    sentences = set()
    for text in (revoked.text, expired.text, make_partner_key(make_site()).text, "lst_x"):
        with pytest.raises(AuthenticationFailed) as refused:
            authenticated(**{"X-API-Key": text})
        sentences.add(str(refused.value.detail))
    assert sentences == {"This needs a valid API key."}


def test_a_key_that_was_just_used_costs_one_query(django_assert_num_queries: Any) -> None:
    text = make_api_key().text
    with django_assert_num_queries(1):
        assert authenticated(**{"X-API-Key": text})


def test_a_refused_key_is_told_how_to_authenticate(client: Client) -> None:
    answer = client.get("/api/v1/assets", headers={"Authorization": "Basic YTpi"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Leitstand Asset Service"'
    assert set(answer.json()) == {"detail"}


def test_the_rate_of_a_key_is_held(client: Client) -> None:
    headers = {"X-API-Key": make_api_key("assets:read", rate_per_minute=2).text}
    statuses = [client.get("/api/v1/assets", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]
    assert 1 <= int(statuses[-1]["Retry-After"]) <= 60
