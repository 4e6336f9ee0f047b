"""Documents of custom kinds: put over the Asset Service, read by partners [C14] [P1] [P8]."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from config.errors import InvalidError
from partner.models import CustomKind, PartnerProfile, Snapshot, SnapshotVersion
from partner.operations.custom_kinds import delete_kind, save_kind
from tests.factories.custom_kinds import SOILING_SCHEMA, make_kind
from tests.factories.keys import bearer, make_partner_key
from tests.factories.plants import make_inverter, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db

LOSS = {"soiling_loss_pct": 2.5}


@pytest.fixture
def kind() -> CustomKind:
    return make_kind()


def register(**fields: Any) -> CustomKind:
    given = {"name": "soiling", "schema": SOILING_SCHEMA, "period_seconds": 60}
    return save_kind(kind=None, fields=given | fields, by="user:anna", now=timezone.now())


def put(profile: PartnerProfile, document: Any = LOSS, kind: str = "soiling", **more: Any) -> Any:
    headers = more.pop("headers", None) or bearer("snapshots:write")
    path = f"/api/v1/snapshots/{kind}/{profile.site_id}"
    body = json.dumps({"document": document, **more})
    return Client().put(path, body, content_type="application/json", headers=headers)


def test_what_is_put_is_what_partners_read(profile: PartnerProfile, kind: CustomKind) -> None:
    assert put(profile, data_through="2026-05-29T21:45:00Z").status_code == 204
    partner = Client(headers={"x-api-key": make_partner_key(profile.site).text})
    found = partner.get("/partner/snapshot?site_id=Sibaya&kind=soiling")
    document = json.loads(found.content)
    assert document.pop("generated_at").endswith("Z")
    assert document == {"site_id": "Sibaya", "data_through": "2026-05-29T21:45:00Z", "stale": False, **LOSS}
    again = partner.get("/partner/snapshot?site_id=Sibaya&kind=soiling", headers={"If-None-Match": found["ETag"]})
    assert again.status_code == 304
    assert partner.get("/partner/snapshot?site_id=Sibaya&kind=soiling&severity=high").status_code == 400
    published = partner.get("/partner/schemas/soiling").json()
    Draft202012Validator(published).validate(found.json())
    with pytest.raises(Exception, match="unexpected"):
        Draft202012Validator(published).validate({**found.json(), "strange": 1})


def test_the_same_content_publishes_nothing_and_counts_as_a_check(profile: PartnerProfile, kind: CustomKind) -> None:
    """[P6]"""
    put(profile)
    first = Snapshot.objects.get()
    put(profile, {"soiling_loss_pct": 2.50})
    again = Snapshot.objects.get()
    assert (again.etag, again.published_at) == (first.etag, first.published_at)
    assert again.last_success_at > first.last_success_at  # type: ignore[operator]
    assert SnapshotVersion.objects.count() == 1
    put(profile, {"soiling_loss_pct": 3})
    assert Snapshot.objects.get().etag != first.etag


def test_without_a_new_one_for_two_periods_it_is_stale(profile: PartnerProfile) -> None:
    """[P6]: the kind says how long that is."""
    make_kind(period_seconds=60)
    put(profile)
    stored = Snapshot.objects.get()
    assert stored.stale_from - stored.last_success_at == timedelta(seconds=120)  # type: ignore[operator]
    Snapshot.objects.update(stale_from=timezone.now())
    path = f"/api/v1/snapshots/soiling/{profile.site_id}"
    assert Client().get(path, headers=bearer("snapshots:read")).json()["stale"] is True


@pytest.mark.parametrize(
    ("document", "loc"),
    [
        ({"soiling_loss_pct": 101}, ["body", "document", "soiling_loss_pct"]),
        ({"soiling_loss_pct": "1"}, ["body", "document", "soiling_loss_pct"]),
        ({}, ["body", "document"]),
        ({**LOSS, "strange": 1}, ["body", "document"]),
        ({**LOSS, "stale": True}, ["body", "document", "stale"]),
        ({**LOSS, "site_id": "Elsewhere"}, ["body", "document", "site_id"]),
        ([], ["body", "document"]),
    ],
)
def test_what_the_schema_does_not_allow_is_422_and_publishes_nothing(
    profile: PartnerProfile, kind: CustomKind, document: Any, loc: list[str]
) -> None:
    """[P8]"""
    answer = put(profile, document)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == loc
    assert not Snapshot.objects.exists()


def test_numbers_that_no_double_holds_and_documents_without_end_are_422(
    profile: PartnerProfile, kind: CustomKind
) -> None:
    path, headers = f"/api/v1/snapshots/soiling/{profile.site_id}", bearer("snapshots:write")
    for text in ('{"soiling_loss_pct": 1e999}', '{"x":' * 5_000 + "1" + "}" * 5_000, f'{{"x": "{"a" * 1_100_000}"}}'):
        body = f'{{"document": {text}}}'
        assert Client().put(path, body, content_type="application/json", headers=headers).status_code == 422


def test_a_schema_that_takes_for_ever_ends_within_bounds(profile: PartnerProfile) -> None:
    """A pattern that backtracks, and a reference to itself: the web worker lives on."""
    make_kind("slow", schema={"type": "object", "properties": {"x": {"pattern": "^(a+)+$"}}})
    make_kind(
        "round",
        schema={"type": "object", "properties": {"x": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#/$defs/x"}}},
    )
    for name in ("slow", "round"):
        answer = put(profile, {"x": "a" * 40 + "!"}, kind=name)
        assert answer.status_code == 422
        assert "within the bounds" in answer.json()["detail"][0]["msg"]


def test_kinds_of_our_own_are_409_and_unknown_ones_404(profile: PartnerProfile, kind: CustomKind) -> None:
    assert put(profile, kind="kpi-rollup").status_code == 409
    assert put(profile, kind="nothing").status_code == 404
    assert put(profile, kind="%00").status_code == 404
    profile.site_id = "DE_50HZ_NO_SITE_1"
    assert put(profile).status_code == 404


def test_scopes_and_bounds_are_looked_at(profile: PartnerProfile, kind: CustomKind) -> None:
    """[C14]: a key that is bound to assets reads the snapshots of their sites, and puts none."""
    make_snapshot(profile, now=timezone.now())
    inverter = make_inverter(profile.site)
    bound = bearer(asset_ids=[inverter.assets.get().pk])
    assert put(profile, headers=bearer("snapshots:read")).status_code == 403
    assert put(profile, headers=bound).status_code == 403
    reads = f"/api/v1/snapshots/kpi-rollup/{profile.site_id}"
    assert Client().get(reads, headers=bound).status_code == 200
    assert Client().get(reads, headers=bearer("snapshots:write")).status_code == 403
    other = f"/api/v1/snapshots/kpi-rollup/{make_site().pk}"
    unknown = "/api/v1/snapshots/kpi-rollup/DE_50HZ_NO_SITE_1"
    assert Client().get(other, headers=bound).status_code == Client().get(unknown, headers=bound).status_code == 404


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.com/schema.json"},
        {"properties": {"x": {"$ref": "other.json#/x"}}},
        {"$dynamicRef": "http://127.0.0.1:1/"},
        {"$id": "https://example.com/"},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"type": "nothing"},
        {"properties": {"x": {"pattern": "("}}},
        {"properties": {"stale": {"type": "boolean"}}},
        {"description": "x" * 70_000},
        [],
    ],
)
def test_a_schema_that_fetches_or_is_none_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidError):
        register(schema=schema)
    assert not CustomKind.objects.exists()


@pytest.mark.parametrize("name", ["", "a/b", "x" * 65, "kpi-rollup", "soiling\n", "é"])
def test_a_name_that_is_not_plain_or_ours_is_refused(name: str) -> None:
    with pytest.raises(InvalidError):
        register(name=name)


def test_a_kind_is_registered_with_its_author(profile: PartnerProfile) -> None:
    assert register().pk
    assert put(profile).status_code == 204


def test_a_changed_schema_is_published_and_a_deleted_kind_takes_its_documents_along(
    profile: PartnerProfile, kind: CustomKind
) -> None:
    put(profile)
    wider = {**SOILING_SCHEMA, "additionalProperties": True}
    save_kind(kind=kind, fields={"schema": wider}, by="user:anna", now=timezone.now())
    assert put(profile, {**LOSS, "strange": 1}).status_code == 204
    assert Client().get("/partner/schemas/soiling").json()["additionalProperties"] is True
    delete_kind(kind=kind, by="user:anna")
    assert Client().get("/partner/schemas/soiling").status_code == 404
    assert not Snapshot.objects.exists()
    assert not SnapshotVersion.objects.exists()
