"""Issuing and revoking keys [C14]."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, transaction

from config.errors import InvalidError
from partner.keys import digest_of
from partner.models import ApiKey, PartnerKey
from partner.operations.keys import issue_key, issue_partner_key, note_use, revoke, set_sites
from partner.queries import find_api_key, find_partner_key
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_asset, make_profile, make_site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def issued(**fields: Any) -> ApiKey:
    given: dict[str, Any] = {"name": "forecaster", "scopes": ["assets:read"], "by": "user:anna", "now": NOW}
    return issue_key(**given | fields).key


def faults_of(**fields: Any) -> list[tuple[str | int, ...]]:
    with pytest.raises(InvalidError) as refused:
        issued(**fields)
    return [fault.loc for fault in refused.value.faults]


def test_a_key_is_stored_without_its_text() -> None:
    key, text = issue_key(name=" forecaster ", scopes=["assets:read"], by="user:anna", now=NOW)
    stored = ApiKey.objects.values().get(pk=key.pk)
    assert stored["name"] == "forecaster"
    assert stored["digest"] == digest_of(text)
    assert text not in str(stored)
    assert text.startswith(stored["hint"])


def test_a_key_opens_until_it_expires() -> None:
    key, text = issue_key(name="forecaster", scopes=["assets:read"], by="user:anna", now=NOW, expires_at=LATER)
    assert find_api_key(text, now=LATER - timedelta(microseconds=1)) == key
    assert find_api_key(text, now=LATER) is None


def test_a_revoked_key_opens_nothing_and_stays_revoked_since_then() -> None:
    key, text = issue_key(name="forecaster", scopes=["assets:read"], by="user:anna", now=NOW)
    revoke(key=key, by="user:anna", now=NOW)
    revoke(key=key, by="user:ben", now=LATER)
    assert key.revoked_at == NOW
    assert find_api_key(text, now=NOW) is None


def test_each_kind_of_key_is_unknown_to_the_other_api() -> None:
    site = make_site()
    assert find_partner_key(make_api_key().text, now=NOW) is None
    assert find_api_key(make_partner_key(site).text, now=NOW) is None


def test_every_unknown_word_is_named() -> None:
    asset = make_asset()
    assert faults_of(
        name=" ",
        scopes=["assets:read", "assets:delete"],
        sources=["CUSTOMER", "customer"],
        asset_ids=[asset.pk, "DE_50HZ_NO_1", "\0"],
        rate_per_minute=0,
        expires_at=NOW,
    ) == [
        ("name",),
        ("scopes", 1),
        ("sources", 1),
        ("asset_ids", 1),
        ("asset_ids", 2),
        ("rate_per_minute",),
        ("expires_at",),
    ]


def test_bounds_that_bind_to_nothing_are_refused() -> None:
    assert faults_of(scopes=[], sources=[], asset_ids=[]) == [("scopes",), ("sources",), ("asset_ids",)]


def test_an_expiry_without_an_offset_is_refused() -> None:
    assert faults_of(expires_at=datetime(2027, 1, 1)) == [("expires_at",)]  # noqa: DTZ001


def test_the_database_refuses_scopes_that_do_not_exist() -> None:
    with pytest.raises(IntegrityError, match="apikey_scopes_are_known"), transaction.atomic():
        ApiKey.objects.create(name="x", digest="x", hint="x", scopes=["assets:delete"])


def test_a_partner_key_opens_sites_by_public_name_and_by_id() -> None:
    named, plain = make_site(), make_site()
    make_profile(named, public_name="Sibaya")
    key, _ = issue_partner_key(name="embedder", sites=["Sibaya", plain.pk], by="user:anna", now=NOW)
    assert set(key.sites.all()) == {named, plain}
    assert key.rate_per_minute == 600


@pytest.mark.parametrize("name", ["sibaya", "Nowhere", "", "\0"])
def test_a_site_that_does_not_exist_is_named(name: str) -> None:
    make_profile(make_site(), public_name="Sibaya")
    with pytest.raises(InvalidError) as refused:
        issue_partner_key(name="embedder", sites=["Sibaya", name], by="user:anna", now=NOW)
    assert [fault.loc for fault in refused.value.faults] == [("sites", 1)]


def test_a_site_taken_from_a_key_is_closed_to_it() -> None:
    one, other = make_site(), make_site()
    key = make_partner_key(one).key
    set_sites(key=key, sites=[other], by="user:anna")
    assert list(key.sites.all()) == [other]


def test_the_audit_trail_knows_who_issued_and_revoked_and_never_the_digest() -> None:
    """[C14] [C15]; a use of the key is no change of it."""
    key = issued()
    note_use(key=key, now=NOW)
    revoke(key=key, by="user:ben", now=LATER)
    events = apps.get_model("partner", "ApiKeyEvent")
    assert not {"digest", "last_used_at"} & {field.name for field in events._meta.get_fields()}
    trail = events.objects.filter(pgh_obj_id=key.pk).order_by("pgh_id").values_list("pgh_label", "pgh_context__actor")
    assert list(trail) == [("insert", "user:anna"), ("update", "user:ben")]


def test_a_use_is_noted_once_a_minute() -> None:
    key = issued()
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        note_use(key=key, now=NOW + timedelta(seconds=seconds))
        key.refresh_from_db()
        assert key.last_used_at == NOW + timedelta(seconds=noted)


@pytest.mark.django_db(transaction=True)
def test_noting_a_use_does_not_wait_for_whoever_has_the_key_open() -> None:
    key = issued()
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM partner_apikey WHERE id = %s FOR UPDATE", [key.pk])
            with connection.cursor() as mine:
                mine.execute("SET lock_timeout = '1s'")
            note_use(key=key, now=NOW)
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_refuses_no_caller() -> None:
    key = issued()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        note_use(key=key, now=NOW)
        cursor.execute("SET default_transaction_read_only = off")
    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\0", "\ud800", "x" * 201])
def test_a_key_has_a_name_that_can_be_read(name: str) -> None:
    assert faults_of(name=name) == [("name",)]


def test_keys_of_one_name_stay_apart() -> None:
    assert issued().actor != issued().actor


def test_finding_a_key_is_one_query(django_assert_num_queries: Any) -> None:
    text = make_api_key().text
    with django_assert_num_queries(1):
        assert find_api_key(text, now=NOW)
    with django_assert_num_queries(0):
        assert find_api_key(text[:-1] + "!", now=NOW) is None
    assert PartnerKey.objects.count() == 0
