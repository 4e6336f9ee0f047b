"""Rotated keys, rate plans, snapshots on demand and custom kinds in the back office."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partner.models import CustomKind, PartnerKey, PartnerProfile, Snapshot
from partner.operations.keys import revoke
from partner.operations.publishing import requested
from partner.queries import find_partner_key
from tests.factories.custom_kinds import SOILING_SCHEMA, make_kind
from tests.factories.keys import make_partner_key
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db

KEYS, SNAPSHOTS, KINDS = (f"/admin/partner/{name}/" for name in ("partnerkey", "snapshot", "customkind"))


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def key_in(answer: Any) -> str:
    found = re.search(r'<input id="issued-key"[^>]* value="([^"]+)"', re.sub(r"\s+", " ", answer.content.decode()))
    assert found
    return found[1]


def test_a_rotated_key_opens_for_the_hours_that_were_chosen_and_the_new_one_the_same_sites(
    desk: Client, profile: PartnerProfile
) -> None:
    old = make_partner_key(profile.site, rate_per_minute=60)
    answer = desk.post(f"{KEYS}{old.key.pk}/rotate/", {"hours": "1"})
    now = timezone.now()
    new = find_partner_key(key_in(answer), now=now)
    assert new is not None
    assert (list(new.sites.all()), new.rate_per_minute, new.name) == ([profile.site], 60, "embedder")
    assert find_partner_key(old.text, now=now) is not None
    assert find_partner_key(old.text, now=now + timedelta(minutes=61)) is None
    assert find_partner_key(key_in(answer), now=now + timedelta(days=400)) is not None


def test_rotating_never_lengthens_a_key_and_refuses_one_that_opens_nothing(
    desk: Client, profile: PartnerProfile
) -> None:
    issued = make_partner_key(profile.site)
    soon = timezone.now() + timedelta(minutes=5)
    PartnerKey.objects.update(expires_at=soon)
    desk.post(f"{KEYS}{issued.key.pk}/rotate/", {"hours": "168"})
    assert PartnerKey.objects.get(pk=issued.key.pk).expires_at == soon
    revoke(key=issued.key, by="user:anna", now=timezone.now())
    number = PartnerKey.objects.count()
    assert desk.post(f"{KEYS}{issued.key.pk}/rotate/", {"hours": "1"}).status_code == 302
    assert PartnerKey.objects.count() == number


def test_buttons_take_post_from_who_may(desk: Client, profile: PartnerProfile) -> None:
    snapshot, issued = make_snapshot(profile, now=timezone.now()), make_partner_key(profile.site)
    nobody = desk_of(make_operator("partner.view_partnerkey", "partner.view_snapshot"))
    for address in (f"{KEYS}{issued.key.pk}/rotate/", f"{SNAPSHOTS}{snapshot.pk}/regenerate/"):
        assert desk.get(address).status_code == 405
        assert nobody.post(address).status_code == 403
    assert PartnerKey.objects.count() == 1
    assert requested() == []


def test_a_rate_plan_is_changed_on_the_keys_page(desk: Client, profile: PartnerProfile) -> None:
    issued = make_partner_key(profile.site, rate_per_minute=600)
    assert "Standard: 600 a minute" in desk.get(KEYS).content.decode()
    form = {"site_ids": [profile.site_id], "rate_per_minute": 6000}
    assert desk.post(f"{KEYS}{issued.key.pk}/change/", form).status_code == 302
    assert PartnerKey.objects.get().rate_per_minute == 6000
    assert "Fast: 6000 a minute" in desk.get(KEYS).content.decode()


def test_regenerate_now_writes_what_is_to_be_done(desk: Client, profile: PartnerProfile) -> None:
    """Nothing on a request's path waits for the broker."""
    snapshot = make_snapshot(profile, now=timezone.now())
    page = desk.get(f"{SNAPSHOTS}{snapshot.pk}/change/").content.decode()
    assert "Regenerate now" in page
    assert str(snapshot.etag).replace('"', "&quot;") in page
    assert desk.post(f"{SNAPSHOTS}{snapshot.pk}/regenerate/").status_code == 302
    assert requested() == [(profile.site_id, "kpi-rollup")]


def test_the_list_of_snapshots_says_their_size_and_reads_no_body(
    desk: Client, profile: PartnerProfile, django_assert_max_num_queries: Any
) -> None:
    make_snapshot(profile, now=timezone.now())
    with django_assert_max_num_queries(12) as asked:
        page = desk.get(SNAPSHOTS).content.decode()
    assert re.search(r"\d\s(KB|bytes), [\d.]+\s(KB|bytes) packed", page)
    assert not [one for one in asked.captured_queries if '"partner_snapshot"."body",' in one["sql"]]


def test_a_kind_is_registered_changed_and_deleted(desk: Client) -> None:
    form = {"name": "soiling", "schema": json.dumps(SOILING_SCHEMA), "period_seconds": 60}
    assert desk.post(f"{KINDS}add/", form).status_code == 302
    kind = CustomKind.objects.get()
    bad = desk.post(f"{KINDS}{kind.pk}/change/", {"schema": '{"$ref": "https://example.com/"}', "period_seconds": 60})
    assert "nothing is fetched" in bad.content.decode()
    assert desk.post(f"{KINDS}{kind.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not CustomKind.objects.exists()


def test_custom_snapshots_have_no_button(desk: Client, profile: PartnerProfile) -> None:
    make_kind()
    snapshot = make_snapshot(profile, now=timezone.now())
    Snapshot.objects.update(kind="soiling")
    assert "Regenerate now" not in desk.get(f"{SNAPSHOTS}{snapshot.pk}/change/").content.decode()
