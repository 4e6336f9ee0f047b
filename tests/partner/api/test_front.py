"""The layer in front of Django answers as the views behind it do, and hears of changes [P2] [P4] [P6]."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from partner.models import PartnerKey, PartnerProfile, Snapshot
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.partner.fronts import ROLLUP, Caller

pytestmark = pytest.mark.django_db


def variations(key: str, snapshot: Snapshot) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests of all sorts by a key that is known."""
    tags = [
        snapshot.etag,
        f"W/{snapshot.etag}",
        f'"x", {snapshot.etag}',
        "*",
        '"x"',
        "garbage",
        f'{str(snapshot.etag)[:-1]}-gzip"',
    ]
    for method in ("GET", "HEAD", "OPTIONS"):
        for target in (
            ROLLUP,
            f"/partner/kpi-rollup?site_id={snapshot.site_id}",
            "/partner/snapshot?site_id=Sibaya&kind=kpi-rollup",
            "/partner/kpi-rollup",
            "/partner/kpi-rollup?site_id=Foreign",
            "/partner/kpi-rollup?site_id=Nowhere",
            "/partner/kpi-rollup?site_id=Sibaya&at=x",
            "/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&severity=high",
            "/partner/snapshot?site_id=Sibaya",
        ):
            for given in ("", "lsp_made_up", make_api_key().text if method == "GET" else "x", key):
                yield target, {"key": given, "method": method}
        for sent in tags:
            for coding in ("", "gzip"):
                yield ROLLUP, {"key": key, "method": method, "IF_NONE_MATCH": sent, "ACCEPT_ENCODING": coding}


def test_whatever_is_asked_memory_answers_the_same_bytes_and_headers_as_the_view(
    warm: Caller, key: str, snapshot: Snapshot
) -> None:
    """[P14] [P16]: also that a site is unknown or forbidden, byte by byte."""
    make_snapshot(make_profile(make_site(), public_name="Foreign"), now=timezone.now())
    compared = 0
    for target, asked in variations(key, snapshot):
        fast, slow = warm.past_django(target, **asked), warm.behind(target, **asked)
        assert fast.without("X-Request-ID") == slow.without("X-Request-ID"), (target, asked)
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_djangos(warm: Caller, key: str, method: str) -> None:
    assert warm.get(key=key, method=method).status == 405
    assert warm.get(method=method).status == 401


def test_what_does_not_exist_fills_no_memory(caller: Caller, snapshot: Snapshot, key: str) -> None:
    """Made up keys, foreign sites, kinds that nobody has computed."""
    for number in range(50):
        caller.get(key=make_partner_key(make_site()).text if number < 3 else f"lsp_{number}")
        caller.get(f"/partner/kpi-rollup?site_id=Site{number}", key=key)
        caller.get(f"/partner/snapshot?site_id=Sibaya&kind=kind{number}", key=key)
    caller.refresh()
    assert (len(caller.memory.keys), len(caller.memory.editions)) == (0, 0)


def test_what_nobody_asks_for_is_forgotten(warm: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partner.memory.FORGOTTEN_AFTER", 0.0)
    warm.refresh()
    assert (warm.memory.keys, warm.memory.editions) == ({}, {})


def test_more_than_fits_is_left_to_django(
    caller: Caller, snapshot: Snapshot, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partner.memory.MOST_BYTES", 100)
    caller.get(key=key)
    caller.refresh()
    before = caller.asked_django
    assert caller.get(key=key).status == 200
    assert caller.asked_django == before + 1


def test_history_is_the_databases(warm: Caller, key: str) -> None:
    at = f"/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&at={timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    before = warm.asked_django
    assert warm.get(at, key=key).status == 200
    assert warm.asked_django == before + 1


@pytest.mark.parametrize(
    "headers",
    [
        {"HOST": "evil.example"},
        {"HOST": ""},
        {"HOST": "a b"},
        {"CONTENT_LENGTH": "5"},
        {"TRANSFER_ENCODING": "chunked"},
    ],
)
def test_what_is_not_plain_is_djangos(warm: Caller, key: str, headers: dict[str, str]) -> None:
    before = warm.asked_django
    warm.get(key=key, **headers)
    assert warm.asked_django == before + 1


def test_behind_a_proxy_plain_http_is_djangos(warm: Caller, key: str, settings: Any) -> None:
    settings.HTTPS = True
    before = warm.asked_django
    warm.get(key=key)
    assert warm.asked_django == before + 1
    assert warm.past_django(key=key, X_FORWARDED_PROTO="https").status == 200


def test_a_call_is_counted_once_whoever_answers(caller: Caller, profile: PartnerProfile, snapshot: Snapshot) -> None:
    """[P2]: one that memory counts and Django answers, too."""
    key = make_partner_key(profile.site, rate_per_minute=6).text
    at = f"/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&at={timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    assert caller.get(key=key).headers["RateLimit"].startswith('"key";r=5;')
    caller.refresh()
    assert caller.past_django(key=key).headers["RateLimit"].startswith('"key";r=4;')
    assert caller.get(at, key=key).headers["RateLimit"].startswith('"key";r=3;')
    assert caller.past_django(key=key).headers["RateLimit"].startswith('"key";r=2;')
    assert [caller.past_django(key=key).status for _ in range(4)] == [200, 200, 429, 429]
    assert "Retry-After" in caller.past_django(key=key).headers
    assert caller.behind(key=key).status == 429
    PartnerKey.objects.update(rate_per_minute=100)
    caller.refresh()
    assert caller.past_django(key=key).status == 200


def test_its_use_is_noted_without_a_write_for_each_request(
    warm: Caller, key: str, django_assert_num_queries: Any
) -> None:
    PartnerKey.objects.update(last_used_at=None)
    warm.memory._noted_at.clear()
    for _ in range(5):
        with django_assert_num_queries(0):
            warm.past_django(key=key)
    with django_assert_num_queries(3):
        warm.refresh()
    assert PartnerKey.objects.get().last_used_at is not None
    warm.past_django(key=key)
    with django_assert_num_queries(2):
        warm.refresh()


def test_answers_have_an_id_and_a_line_in_the_log(warm: Caller, key: str, caplog: pytest.LogCaptureFixture) -> None:
    """[C15]: of very many the last are told one by one."""
    caplog.set_level("INFO")
    warm.front.write_log()
    caplog.clear()
    assert warm.past_django(key=key, X_REQUEST_ID="mine-1").headers["X-Request-ID"] == "mine-1"
    assert warm.past_django(key=key, X_REQUEST_ID="no good").headers["X-Request-ID"] != "no good"
    warm.front.write_log()
    assert [one.getMessage() for one in caplog.records] == ["GET /partner/kpi-rollup 200"] * 2
    caplog.clear()
    for _ in range(250):
        warm.past_django(key=key)
    warm.front.write_log()
    assert len(caplog.records) == 201
    assert caplog.records[-1].getMessage() == "ANY 50 more snapshots 200"


def test_both_codings_are_the_same_document(warm: Caller, key: str, snapshot: Snapshot) -> None:
    found = warm.past_django(key=key, ACCEPT_ENCODING="gzip, br")
    assert found.headers["Content-Encoding"] == "gzip"
    assert found.headers["Content-Length"] == str(len(found.body))
    assert gzip.decompress(found.body).decode() == snapshot.body
    assert bytes(snapshot.packed_body or b"") == found.body


def test_other_addresses_are_djangos(warm: Caller, key: str) -> None:
    for target in ("/health", "/partner/schemas/kpi-rollup", "/partner/kpi-rollup/", "/partner/x", "/api/v1/assets"):
        before = warm.asked_django
        warm.get(target, key=key)
        assert warm.asked_django == before + 1
