"""The peer does the same work as we do, or measuring it against us says nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from partner.models import Snapshot
from tests.benchmarks import ground
from tests.benchmarks.machine import Machine
from tests.benchmarks.servers import start_peer
from tests.benchmarks.wire import Wire
from tests.clients import Api, read
from tests.factories.keys import make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db(transaction=True)

WRITES: dict[str, tuple[str, Callable[..., ground.Bodies]]] = {
    "reservations": ("PUT", ground.reservations),
    "forecasts": ("PUT", ground.forecasts),
    "limits": ("PATCH", ground.limits),
}
STAMPS = ("created_at", "updated_at")
MONTH = {"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z", "limit": 1000}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    found = Machine(tmp_path_factory.mktemp("peer"), environment={"SECRET_KEY": settings.KEY_PEPPER}, server="")
    with found.stack:
        yield found


@pytest.fixture(scope="module")
def port(machine: Machine, django_db_setup: None) -> int:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return start_peer(machine, database.geturl())


@pytest.fixture
def peer(port: int) -> Iterator[Wire]:
    with Wire(port) as wire:
        yield wire


def rows_of(name: str, asset_id: str) -> list[dict[str, Any]]:
    """What is stored for an asset, apart from whose it is and when it was written."""
    table = f"markets_{name.removesuffix('s')}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE asset_id = %s ORDER BY t", [asset_id])
        rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
    return [{key: value for key, value in row.items() if key not in (*STAMPS, "asset_id")} for row in rows]


def plain(answer: Any) -> Any:
    """An answer with its numbers as numbers: the peer writes 90.000000 where we write 90."""
    if isinstance(answer, dict):
        return {key: plain(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [plain(value) for value in answer]
    if isinstance(answer, str) and re.fullmatch(r"-?\d+(\.\d+)?", answer):
        return Decimal(answer)
    return answer


@pytest.mark.parametrize("name", WRITES)
def test_the_peer_stores_and_answers_what_we_do(peer: Wire, name: str) -> None:
    mine, theirs = ground.make_assets(2)
    method, make = WRITES[name]
    api = Api.with_key()

    for first, second in zip(make([mine]).texts[:2], make([theirs]).texts[:2], strict=True):
        assert api.send(method, f"/{name}", content=fewer(first)).status_code == 204
        assert peer.ask(method, f"/api/v1/{name}", body=fewer(second)).status == 204

        assert len(rows_of(name, mine)) == (2 * 96 * 3 if name == "limits" else 1000)
        assert rows_of(name, theirs) == rows_of(name, mine)

    if name != "forecasts":  # which are read like reservations, and not measured
        query = urlencode({"asset_ids": [mine, theirs], **MONTH}, doseq=True)
        answer = peer.ask("GET", f"/api/v1/{name}?{query}")
        assert answer.status == 200
        assert plain(json.loads(answer.body)) == plain(read(api.get(f"/{name}?{query}")))


def fewer(body: bytes) -> bytes:
    """A body of limits for two days instead of a month; others as they are."""
    return body.replace(b'"2026-05-31"', b'"2026-05-02"')


def test_the_peer_refuses_what_we_refuse(peer: Wire) -> None:
    known, unknown = *ground.make_assets(1), "DE_50HZ_NOBODY_1"

    assert peer.ask("PUT", "/api/v1/reservations", body=ground.reservations([unknown]).texts[0]).status == 404
    broken = ground.reservations([known]).texts[0].replace(b"00:15:00Z", b"00:16:00Z")
    assert peer.ask("PUT", "/api/v1/reservations", body=broken).status == 422
    assert rows_of("reservations", known) == []


def test_the_peer_delivers_documents_to_those_whose_key_opens_them(peer: Wire) -> None:
    site = make_site()
    profile = make_profile(site)
    make_snapshot(profile, now=timezone.now())
    document = Snapshot.objects.get()
    path = f"/partner/snapshot?{urlencode({'site_id': profile.public_name, 'kind': 'kpi-rollup'})}"
    key, other = make_partner_key(site).text, make_partner_key(make_site(), name="other").text

    whole = peer.ask("GET", path, headers={"x-api-key": key})
    assert (whole.status, whole.body.decode(), whole.header("ETag")) == (200, document.body, document.etag)
    assert peer.ask("GET", path, headers={"x-api-key": key, "If-None-Match": whole.header("ETag")}).status == 304
    assert peer.ask("GET", path).status == 401
    assert peer.ask("GET", path, headers={"x-api-key": other}).status == 403
