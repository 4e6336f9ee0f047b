"""The commands that issue keys print the key and nothing else."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from partner.models import ApiKey, PartnerKey
from partner.queries import find_api_key, find_partner_key
from tests.factories.plants import make_asset, make_profile, make_site

pytestmark = pytest.mark.django_db


def printed(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def test_issue_key_prints_a_key_with_all_its_bounds() -> None:
    one, other = make_asset(), make_asset()
    text = printed(
        "issue_key", "forecaster", "--scope", "assets:read", "markets:write", "--scope", "markets:read",
        "--asset", one.pk, other.pk, "--source", "CUSTOMER", "--expires", "2999-01-01T00:00:00+02:00",
    )  # fmt: skip
    assert text.count("\n") == 1
    key = find_api_key(text.strip(), now=timezone.now())
    assert key
    assert key.name == "forecaster"
    assert key.scopes == ["assets:read", "markets:write", "markets:read"]
    assert key.asset_ids == [one.pk, other.pk]
    assert key.sources == ["CUSTOMER"]
    assert key.expires_at
    assert key.expires_at.isoformat() == "2998-12-31T22:00:00+00:00"


def test_issue_key_without_bounds_binds_to_nothing() -> None:
    key = find_api_key(printed("issue_key", "all", "--scope", "assets:read").strip(), now=timezone.now())
    assert key
    assert (key.asset_ids, key.sources, key.rate_per_minute, key.expires_at) == (None, None, None, None)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scope", "assets:delete"], "assets:delete"),
        (["--scope", "assets:read", "--asset", "DE_50HZ_NO_1"], "DE_50HZ_NO_1"),
        (["--scope", "assets:read", "--source", "customer"], "customer"),
        (["--scope", "assets:read", "--expires", "2020-01-01T00:00:00Z"], "2020-01-01"),
        (["--scope", "assets:read", "--expires", "2999-01-01T00:00:00"], "offset"),
        (["--scope", "assets:read", "--expires", "tomorrow"], "tomorrow"),
        ([], "--scope"),
    ],
)
def test_issue_key_names_what_is_wrong_and_issues_nothing(arguments: list[str], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        printed("issue_key", "forecaster", *arguments)
    assert not ApiKey.objects.exists()


def test_issue_partner_key_takes_public_names_and_ids() -> None:
    named, plain = make_site(), make_site()
    make_profile(named, public_name="Sibaya")
    text = printed("issue_partner_key", "embedder", "--site", "Sibaya", plain.pk, "--rate", "0")
    key = find_partner_key(text.strip(), now=timezone.now())
    assert key
    assert set(key.sites.all()) == {named, plain}
    assert key.rate_per_minute == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["--site", "Nowhere"], "Nowhere"), (["--site", "Sibaya", "--rate", "-1"], "rate"), ([], "--site")],
)
def test_issue_partner_key_names_what_is_wrong_and_issues_nothing(arguments: list[str], named: str) -> None:
    make_profile(make_site(), public_name="Sibaya")
    with pytest.raises(CommandError, match=named):
        printed("issue_partner_key", "embedder", *arguments)
    assert not PartnerKey.objects.exists()


def test_the_audit_trail_names_the_command() -> None:
    """[C15]."""
    printed("issue_key", "forecaster", "--scope", "assets:read")
    event = apps.get_model("partner", "ApiKeyEvent").objects.get()
    assert event.pgh_context["actor"] == "command:issue_key"
