"""The layer in front of Django hears of what changes in the database, and of its being away [P6] [P12] [P15]."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from partner.models import PartnerKey, PartnerProfile, Snapshot
from partner.operations.keys import revoke, set_sites
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.partner.fronts import Caller

pytestmark = pytest.mark.django_db


def test_a_revoked_key_is_refused_after_the_next_refresh(warm: Caller, key: str) -> None:
    """[P15]"""
    revoke(key=PartnerKey.objects.get(), by="user:anna", now=timezone.now())
    warm.refresh()
    assert warm.get(key=key).status == 401


def test_a_removed_site_is_closed_and_a_new_one_open_after_the_next_refresh(
    warm: Caller, key: str, profile: PartnerProfile
) -> None:
    """[P15]: with the same bytes as a site that does not exist."""
    other = make_profile(make_site(), public_name="Other")
    make_snapshot(other, now=timezone.now())
    set_sites(key=PartnerKey.objects.get(), sites=[other.site], by="user:anna")
    warm.refresh()
    closed = warm.past_django(key=key)
    assert closed.status == 403
    assert closed.without("X-Request-ID") == warm.past_django("/partner/kpi-rollup?site_id=Nowhere", key=key).without(
        "X-Request-ID"
    )
    assert warm.get("/partner/kpi-rollup?site_id=Other", key=key).status == 200


def test_a_site_that_is_renamed_is_known_by_its_new_name(warm: Caller, key: str, profile: PartnerProfile) -> None:
    PartnerProfile.objects.filter(pk=profile.pk).update(public_name="Renamed")
    warm.refresh()
    assert warm.past_django(key=key).status == 403
    assert warm.past_django("/partner/kpi-rollup?site_id=Renamed", key=key).status == 200


def test_a_new_snapshot_is_answered_after_the_next_refresh(
    warm: Caller, key: str, profile: PartnerProfile, snapshot: Snapshot
) -> None:
    """[P15]"""
    new = make_snapshot(profile, now=timezone.now(), period={"start": "2026-05-01", "end": "2026-05-31"})
    assert warm.past_django(key=key).headers["ETag"] == snapshot.etag
    warm.refresh()
    assert warm.past_django(key=key).body.decode() == new.body


def test_new_stamps_are_answered_without_reading_the_body_again(
    warm: Caller, key: str, profile: PartnerProfile, django_assert_num_queries: Any
) -> None:
    later = timezone.now() + timedelta(seconds=20)
    make_snapshot(profile, now=later)
    with django_assert_num_queries(2):
        warm.refresh()
    assert warm.past_django(key=key).headers["Snapshot-Checked-At"] == f"{later:%Y-%m-%dT%H:%M:%SZ}"


def test_a_deleted_snapshot_is_gone(warm: Caller, key: str) -> None:
    Snapshot.objects.all().delete()
    warm.refresh()
    assert warm.get(key=key).status == 404


def test_an_expired_key_is_refused_at_its_instant(caller: Caller, snapshot: Snapshot, key: str) -> None:
    PartnerKey.objects.update(expires_at=timezone.now() + timedelta(seconds=0.4))
    caller.get(key=key)
    caller.refresh()
    assert caller.past_django(key=key).status == 200
    known = next(iter(caller.memory.keys.values()))
    while timezone.now() < known.expires_at:  # type: ignore[operator]
        pass
    assert caller.past_django(key=key).status == 401


def test_without_a_database_memory_goes_on_and_says_when_it_is_stale(
    warm: Caller, key: str, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """[P12]: also over its time."""
    with django_assert_num_queries(0):
        assert json.loads(warm.past_django(key=key).body)["stale"] is False

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=61)

    monkeypatch.setattr("partner.api.front.datetime", Later)
    with django_assert_num_queries(0):
        late = warm.past_django(key=key, IF_NONE_MATCH=str(snapshot.etag))
    assert (late.status, json.loads(late.body)["stale"], late.headers["ETag"]) == (200, True, snapshot.stale_etag)
