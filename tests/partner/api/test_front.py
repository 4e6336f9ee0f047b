"""The layer in front of Django answers as the views behind it do, and hears of changes [P2] [P4] [P6]."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from django.utils import timezone

from config.desk.application import Application
from partner.api.front import SnapshotsFirst
from partner.memory import Memory
from partner.models import PartnerKey, PartnerProfile, Snapshot
from partner.operations.keys import revoke, set_sites
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db

ROLLUP = "/partner/kpi-rollup?site_id=Sibaya"


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    def without(self, *names: str) -> tuple[int, dict[str, str], bytes]:
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return self.status, kept, self.body


class Caller:
    """Calls a WSGI application as a web server would, and knows whether Django was asked."""

    def __init__(self) -> None:
        self.django = Application()
        self.asked_django = 0
        self.memory = Memory()
        self.front = SnapshotsFirst(self._behind, memory=self.memory, keep_fresh=lambda: None)

    def _behind(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked_django += 1
        return self.django(environ, start_response)

    def get(self, target: str = ROLLUP, key: str = "", *, method: str = "GET", **headers: str) -> Got:
        return self._call(self.front, target, key, method, headers)

    def behind(self, target: str = ROLLUP, key: str = "", *, method: str = "GET", **headers: str) -> Got:
        """The documented view's answer."""
        return self._call(self.django, target, key, method, headers)

    def past_django(self, *args: Any, **more: Any) -> Got:
        """An answer that has to come from memory."""
        before = self.asked_django
        got = self.get(*args, **more)
        assert self.asked_django == before, got
        return got

    def refresh(self) -> None:
        self.memory.refresh(now=timezone.now())

    def _call(self, application: Any, target: str, key: str, method: str, headers: dict[str, str]) -> Got:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            **({"HTTP_X_API_KEY": key} if key else {}),
            **{name if name == "CONTENT_LENGTH" else f"HTTP_{name}": value for name, value in headers.items()},
        }
        found: list[Any] = []
        body = b"".join(application(environ, lambda status, sent, *_: found.extend([status, sent])))
        return Got(int(found[0][:3]), dict(found[1]), body)


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Requests leave the test's transaction alone, as they do in Django's own client."""
    request_started.disconnect(close_old_connections)
    yield Caller()
    request_started.connect(close_old_connections)


@pytest.fixture
def snapshot(profile: PartnerProfile) -> Snapshot:
    return make_snapshot(profile, now=timezone.now())


@pytest.fixture
def key(profile: PartnerProfile) -> str:
    return make_partner_key(profile.site).text


@pytest.fixture
def warm(caller: Caller, snapshot: Snapshot, key: str) -> Caller:
    """A worker that has answered the key before."""
    assert caller.get(key=key).status == 200
    caller.refresh()
    caller.past_django(key=key)
    return caller


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
