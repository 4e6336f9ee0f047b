"""P15: keys are safe at rest and revocable: no issued secret in a dump, in Redis or in any log; revoked everywhere."""

import base64
import os
import re
import subprocess
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.embedded import postgres
from partner.models import PartnerKey
from partner.operations.keys import revoke
from sites.models import Site
from tests.deploy.databases import EMBEDDED, database_url
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.operators import desk_of, make_superuser
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.granian import Server, request, running_server
from tests.partner.test_admin_keys import key_in
from tests.trust.conftest import Promise, promises
from tests.trust.wires import Wire

pytestmark = [promises("P15"), pytest.mark.django_db(transaction=True)]

OF_EACH, CONNECTIONS, WORKERS = 5, 12, 2
PASSWORD = "correct horse battery staple"


@pytest.fixture
def site() -> Site:
    made = make_site()
    make_snapshot(make_profile(made, public_name="Sibaya"), now=timezone.now())
    return made


def issued(site: Site) -> Iterator[str]:
    """Keys from every place that issues them."""
    for _ in range(OF_EACH):
        yield make_api_key().text
        yield make_partner_key(site).text
        for command, options in (
            ("issue_key", ("robot", "--scope", "assets:read")),
            ("issue_partner_key", ("embedder", "--site", "Sibaya")),
        ):
            said = StringIO()
            call_command(command, *options, stdout=said)
            yield said.getvalue().strip()
    desk = desk_of(make_superuser("eva"))
    yield key_in(desk.post("/admin/partner/apikey/add/", {"name": "F", "scopes": ["assets:read"]}))
    form = {"name": "Ona", "site_ids": [site.pk], "rate_per_minute": "60"}
    yield key_in(desk.post("/admin/partner/partnerkey/add/", form))
    newest = PartnerKey.objects.latest("id")
    yield key_in(desk.post(f"/admin/partner/partnerkey/{newest.pk}/rotate/", {"hours": "1"}))


def places(key: str) -> Iterator[bytes]:
    """Requests that hold a key where it belongs and where it does not."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    body = b'{"name": "%s", "%s": 1}' % (key.encode(), key.encode())
    form = f"username={key}&password={key}&next=/admin/{key}".encode()
    for line in (f"X-API-Key: {key}", f"Authorization: Bearer {key}", f"Authorization: Basic {basic}"):
        yield request("GET", "/api/v1/assets", line)
        yield request("GET", "/partner/kpi-rollup?site_id=Sibaya", line)
    yield request("GET", f"/partner/kpi-rollup?site_id={key}&x-api-key={key}", f"x-api-key: {key}")
    yield request("GET", f"/api/v1/assets/{key}?{key}={key}", f"X-API-Key: {key}", f"Cookie: sessionid={key}; {key}=1")
    yield request("GET", f"/{key}/{quote(key)}", f"Referer: http://localhost/{key}", f"User-Agent: {key}")
    yield request("GET", "/health", f"X-Request-ID: {key}", f"Idempotency-Key: {key}")
    yield request("GET", "/health", host=f"{key}.example")
    yield request("POST", "/api/v1/assets", f"X-API-Key: {key}", f"Idempotency-Key: {key}", *sized(body), body=body)
    yield request("POST", "/admin/login/", f"Content-Length: {len(form)}", body=form)
    yield request(key, "/health")


def sized(body: bytes) -> tuple[str, str]:
    return "Content-Type: application/json", f"Content-Length: {len(body)}"


def forms_of(key: str) -> set[bytes]:
    """How a key could be written: itself, its secret alone, packed."""
    secret = key.partition("_")[2]
    texts = {key, secret, secret[: len(secret) * 3 // 4], quote(key, safe=""), key.encode().hex()}
    texts |= {base64.b64encode(text.encode()).decode().rstrip("=")[:-2] for text in (key, secret)}
    return {text.encode() for text in texts}


def dump() -> bytes:
    """All of the database as SQL."""
    connection.ensure_connection()
    major = connection.connection.info.server_version // 10_000
    path = f"{postgres.binaries()}:{os.environ['PATH']}" if major >= EMBEDDED else os.environ["PATH"]
    url = database_url(str(connection.settings_dict["NAME"]))
    done = subprocess.run(
        ["pg_dump", "--inserts", url], env={**os.environ, "PATH": path}, capture_output=True, check=True, timeout=120
    )
    return done.stdout


def in_redis() -> bytes:
    """Every key and value."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter())


def logs(folder: Path) -> bytes:
    """What the web server, PostgreSQL and Redis have written."""
    servers = Path(os.environ["LEITSTAND_DATA_DIR"]) / "logs"
    found = [path.read_bytes() for place in (folder, servers) if place.exists() for path in place.rglob("*.log")]
    assert any(b"GET /api/v1/assets 200" in log for log in found)
    return b"\n".join(found)


def test_no_secret_is_in_a_dump_in_redis_or_in_a_log(site: Site, tmp_path: Path, promise: Promise) -> None:
    keys = list(issued(site))
    assert all(re.fullmatch(r"ls[tp]_\S{20,}", key) for key in keys)
    sent = 0
    with running_server(tmp_path) as server:
        for key in keys:
            for asked in places(key):
                answers(server, asked)
                sent += 1
    texts = {"the dump": dump(), "Redis": in_redis(), "logs": logs(tmp_path)}
    hits = [f"{where}: {around(text, key)}" for where, text in texts.items() for key in keys if around(text, key)]
    size = sum(map(len, texts.values()))
    figure = (
        f"{len(hits)} hits of {len(set(keys))} keys, each sent in {sent // len(keys)} places, in {size / 1e6:.1f} MB"
    )
    promise("P15", "issued secrets in dump, Redis and logs", figure=figure, target="0")
    assert hits == []
    assert len(texts["the dump"]) > 100_000


def around(text: bytes, key: str) -> str:
    """What stands around a key, in whatever form it is in the text; nothing where it is not."""
    places = [text.find(one) for one in forms_of(key) if one in text]
    return repr(text[max(0, places[0] - 150) : places[0] + 150]) if places else ""


def answers(server: Server, asked: bytes) -> None:
    """Whatever it says; it has to go on."""
    assert server.send(asked, patience=30).status < 500


@pytest.mark.parametrize("kind", ["API key", "partner key"])
def test_a_revoked_key_is_refused_by_every_worker(kind: str, site: Site, tmp_path: Path, promise: Promise) -> None:
    """Over a dozen connections that have used it until now, of two workers with four threads each."""
    made = make_api_key() if kind == "API key" else make_partner_key(site)
    path = "/api/v1/assets" if kind == "API key" else "/partner/kpi-rollup?site_id=Sibaya"
    with running_server(tmp_path, workers=WORKERS) as server:
        wires = [Wire(server.port, made.text) for _ in range(CONNECTIONS)]
        for _ in range(10):
            assert {wire.send("GET", path).status for wire in wires} == {200}
        revoke(key=made.key, by="user:anna", now=timezone.now())
        began = time.monotonic()
        opened = list(wires)
        while opened and time.monotonic() - began < 20:
            opened = [wire for wire in opened if wire.send("GET", path).status != 401]
        took = time.monotonic() - began
        for _ in range(10):  # and stays so
            assert {wire.send("GET", path).status for wire in wires} == {401}
    promise("P15", f"a revoked {kind} is refused on {CONNECTIONS} connections", figure=f"{took:.2f} s", target="1 s")
    assert not opened
    assert took <= 1
