"""The partner endpoints over Django: keys, sites, snapshots and their history [P1] to [P8]."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from partner import queries
from partner.models import PartnerProfile, Snapshot, SnapshotVersion
from partner.operations.keys import revoke, set_sites
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db

ROLLUP = "/partner/kpi-rollup?site_id=Sibaya"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")


class Partner(Client):
    """A client that sends its key."""

    def __init__(self, key: str) -> None:
        super().__init__(headers={"x-api-key": key})


@pytest.fixture
def snapshot(profile: PartnerProfile) -> Snapshot:
    return make_snapshot(profile, now=timezone.now())


@pytest.fixture
def partner(profile: PartnerProfile) -> Partner:
    return Partner(make_partner_key(profile.site).text)


def test_a_partner_reads_the_rollup_and_then_304(partner: Partner, snapshot: Snapshot) -> None:
    first = partner.get(ROLLUP)
    assert first.status_code == 200
    assert first.content.decode() == snapshot.body
    assert first["Content-Type"] == "application/json"
    again = partner.get(ROLLUP, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert "Content-Type" not in again.headers
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified", "Snapshot-Checked-At", "Snapshot-Next-At"):
        assert again[name] == first[name]


@pytest.mark.parametrize(
    "address",
    ["kpi-rollup?site_id={id}", "snapshot?site_id=Sibaya&kind=kpi-rollup", "snapshot?site_id={id}&kind=kpi-rollup"],
)
def test_a_site_has_two_names_and_a_snapshot_two_addresses(partner: Partner, snapshot: Snapshot, address: str) -> None:
    """[P1] [P3]."""
    found = partner.get(f"/partner/{address.format(id=snapshot.site_id)}")
    assert found.content.decode() == snapshot.body


def test_an_answer_costs_three_queries(partner: Partner, snapshot: Snapshot, django_assert_num_queries: Any) -> None:
    """The key, its site, the snapshot; as many for 304, for HEAD and for history."""
    at = f"/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&at={timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    with django_assert_num_queries(3):
        partner.get(ROLLUP)
    with django_assert_num_queries(3):
        partner.get(ROLLUP, headers={"If-None-Match": str(snapshot.etag)})
    with django_assert_num_queries(3):
        assert partner.head(ROLLUP).status_code == 200
    with django_assert_num_queries(3):
        assert partner.get(at).status_code == 200


def test_a_key_that_cannot_be_one_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get(ROLLUP, headers={"x-api-key": "lsp_made_up"}).status_code == 401


def test_every_bad_key_gets_the_same_bytes(client: Client, profile: PartnerProfile, snapshot: Snapshot) -> None:
    """Missing, made up, another API's, revoked, expired."""
    revoked, expired = make_partner_key(profile.site), make_partner_key(profile.site)
    revoke(key=revoked.key, by="user:anna", now=timezone.now())
    expired.key.expires_at = timezone.now()
    expired.key.save()
    texts = ["", "x", "é", "\0", "lsp_" + "0" * 38, make_api_key().text, revoked.text, expired.text]
    answers = [client.get(ROLLUP)] + [client.get(ROLLUP, headers={"x-api-key": text}) for text in texts]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"] == "Unauthorized"


def test_an_unknown_site_and_a_forbidden_one_get_the_same_answer(partner: Partner, snapshot: Snapshot) -> None:
    """[P2]: nothing tells whether the site exists."""
    foreign = make_profile(make_site(), public_name="Foreign")
    make_snapshot(foreign, now=timezone.now())
    answers = [
        partner.get("/partner/kpi-rollup", {"site_id": name}, headers={"If-None-Match": "*"})
        for name in ("Foreign", foreign.site_id, "Nowhere", "DE_50HZ_NO_SITE_1", "sibaya")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    own = ("X-Request-ID",)
    headers = [{name: value for name, value in answer.items() if name not in own} for answer in answers]
    assert all(one == headers[0] for one in headers)


def test_a_site_taken_away_is_closed_at_once(partner: Partner, profile: PartnerProfile, snapshot: Snapshot) -> None:
    assert partner.get(ROLLUP).status_code == 200
    set_sites(key=profile.site.partner_keys.get(), sites=[], by="user:anna")
    assert partner.get(ROLLUP).status_code == 403


def test_before_the_first_run_there_is_nothing(partner: Partner) -> None:
    answer = partner.get(ROLLUP)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not found", "detail": "There is no snapshot of this kind for this site yet."}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", [ROLLUP, "/partner/snapshot?site_id=Sibaya&kind=kpi-rollup"])
def test_other_methods_are_not_allowed(partner: Partner, snapshot: Snapshot, method: str, path: str) -> None:
    """[P1]; without a key they are 401 like all else."""
    answer = partner.generic(method, path)
    assert answer.status_code == {"GET": 200, "HEAD": 200, "OPTIONS": 204}.get(method, 405)
    if answer.status_code == 405:
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert Client().generic(method, path).status_code == (204 if method == "OPTIONS" else 401)


def test_a_browser_may_ask_from_anywhere(client: Client) -> None:
    """[P4]."""
    asked = {"Origin": "https://partner.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(ROLLUP, headers=asked | {"Access-Control-Request-Headers": "x-api-key, if-none-match"})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Headers"] == "x-api-key, If-None-Match"


def test_over_its_rate_a_key_is_told_when_to_come_again(profile: PartnerProfile, snapshot: Snapshot) -> None:
    partner = Partner(make_partner_key(profile.site, rate_per_minute=2).text)
    first, second, third = (partner.get(ROLLUP) for _ in range(3))
    assert first["RateLimit-Policy"] == '"key";q=2;w=60'
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert 1 <= int(third["Retry-After"]) <= 60
    assert third.json()["error"] == "Too many requests"


def test_a_key_without_a_limit_says_none(partner: Partner, snapshot: Snapshot) -> None:
    assert "RateLimit" not in partner.get(ROLLUP).headers


@pytest.mark.parametrize(
    "path",
    [
        "/partner/",
        "/partner/kpi-rollup/",
        "/partner/nothing",
        "/partner/a%0Ab",
        "/partner/%00",
        "/partner/%ff",
        "/partner/schemas/",
        "/partner/" + "a" * 5_000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_404_in_the_partners_shape(partner: Partner, path: str, method: str) -> None:
    answer = partner.generic(method, path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not found", "detail": "There is nothing at this address."}
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/xml;q=0", "garbage", ""])
def test_whatever_is_accepted_the_answer_is_json(partner: Partner, snapshot: Snapshot, accept: str) -> None:
    assert partner.get(ROLLUP, headers={"Accept": accept})["Content-Type"] == "application/json"
    assert Client().get(ROLLUP, headers={"Accept": accept})["Content-Type"] == "application/json"


def test_a_body_changes_nothing(partner: Partner, snapshot: Snapshot) -> None:
    assert partner.generic("GET", ROLLUP, b"\xff" * 100, "text/plain").status_code == 200


def test_a_stale_snapshot_says_so(partner: Partner, profile: PartnerProfile) -> None:
    """[P6]: two periods after the last successful run, whatever the age of the data."""
    snapshot = make_snapshot(profile, now=timezone.now() - timedelta(seconds=61))
    answer = partner.get(ROLLUP, headers={"If-None-Match": str(snapshot.etag)})
    assert answer.status_code == 200
    assert answer.json()["stale"] is True
    assert answer["ETag"] == snapshot.stale_etag


def test_past_versions_are_found_by_their_instant(partner: Partner, profile: PartnerProfile) -> None:
    """[P8]: also by the very instant that a version's body names."""
    start = timezone.now() - timedelta(days=3)
    old = make_snapshot(profile, now=start)
    new = make_snapshot(profile, now=start + timedelta(days=1), period={"start": "2026-05-01", "end": "2026-05-31"})
    at = "/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&at="

    def found(instant: str) -> str:
        return str(partner.get(at + instant).content.decode())

    assert found(json.loads(str(old.body))["generated_at"]) == old.body
    assert found(json.loads(str(new.body))["generated_at"]) == new.body
    assert found(f"{start + timedelta(hours=23):%Y-%m-%dT%H:%M:%SZ}") == old.body
    assert found("2999-01-01T00:00:00Z") == new.body
    assert partner.get(f"{at}{start - timedelta(seconds=2):%Y-%m-%dT%H:%M:%SZ}").status_code == 404
    assert partner.get(f"{at}0001-01-01T00:00:00Z").status_code == 404


def test_a_version_has_its_own_tag(partner: Partner, profile: PartnerProfile) -> None:
    make_snapshot(profile, now=timezone.now() - timedelta(days=1))
    make_snapshot(profile, now=timezone.now(), period={"start": "2026-05-01", "end": "2026-05-31"})
    old, new = SnapshotVersion.objects.order_by("published_at")
    path = f"/partner/snapshot?site_id=Sibaya&kind=kpi-rollup&at={old.published_at:%Y-%m-%dT%H:%M:%SZ}"
    assert partner.get(path)["ETag"] == old.etag
    assert partner.get(path, headers={"If-None-Match": old.etag}).status_code == 304
    assert partner.get(path, headers={"If-None-Match": new.etag}).status_code == 200


def test_the_schema_is_public_and_the_document_fits_it(partner: Partner, snapshot: Snapshot) -> None:
    """[P8]."""
    answer = Client().get("/partner/schemas/kpi-rollup")
    assert answer.status_code == 200
    Draft202012Validator.check_schema(answer.json())
    Draft202012Validator(answer.json()).validate(partner.get(ROLLUP).json())


@pytest.mark.parametrize("kind", ["nothing", "a" * 500, "%00", "%ff", "KPI-ROLLUP"])
def test_an_unknown_schema_is_404(client: Client, kind: str) -> None:
    answer = client.get(f"/partner/schemas/{kind}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "Not found"


def test_without_a_database_it_is_503_and_says_when_to_come_again(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(queries, "find_partner_key", fail)
    answer = partner.get(ROLLUP)
    assert answer.status_code == 503
    assert answer.json()["error"] == "Service unavailable"
    assert answer["Retry-After"] == "1"


def test_readiness_asks_whether_a_snapshot_is_published(profile: PartnerProfile) -> None:
    assert not queries.is_published(public_name="Sibaya")
    make_snapshot(profile, now=timezone.now())
    assert queries.is_published(public_name="Sibaya")
    assert not queries.is_published(public_name="Sibaya", kind="forecast")


def test_what_django_refuses_has_the_partners_shape_too(partner: Partner) -> None:
    """A Host that is not ours, and the address without a slash [P4]."""
    for answer, status in (
        (partner.get(ROLLUP, headers={"Host": "evil.example"}), 400),
        (partner.get("/partner"), 404),
    ):
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "detail"}
        assert "ETag" in answer["Access-Control-Expose-Headers"]
