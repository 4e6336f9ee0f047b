"""A restored desk gives every answer that there is once more, byte for byte and tag for tag [P20]."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from assets.models import Asset
from partner.models import Snapshot
from sites.models import Site
from tests.contract.conftest import Call
from tests.contract.operations import EVERY, WITH_BODY, Operation
from tests.deploy.databases import empty_database, run_script
from tests.factories.dispatches import make_dispatch
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile
from tests.factories.snapshots import EXAMPLES, make_snapshot
from tests.granian import RawAnswer, Server, request, running_server

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = {"from": "2026-04-30T00:00:00Z", "to": "2026-05-02T00:00:00Z"}
OF_THE_MOMENT = ("/health", "/health/ready", "/metrics")
VOLATILE = {"date", "x-request-id", "server", "ratelimit"}
GETS = [one for one in EVERY if one.method == "GET" and one.template not in OF_THE_MOMENT]
Asked = dict[str, bytes]
Essence = tuple[int, dict[str, str], bytes]


@pytest.fixture
def asked(ids: Mapping[str, str], permitted: Callable[[Operation], Call]) -> Asked:
    """Every GET in every media type, of a desk that was sent the example of every operation that takes one."""
    for one in WITH_BODY:
        if one.method != "DELETE":
            call = permitted(one)
            call(one.method, one.address(ids), json.dumps(one.example).encode())
    make_dispatch(Asset.objects.get(pk=ids["asset_id"]), "dispatch-1")
    site = Site.objects.get(pk=ids["site_id"])
    profile = make_profile(site, public_name="Sibaya")
    for kind in EXAMPLES:
        make_snapshot(profile, now=timezone.now(), kind=kind)
    Snapshot.objects.update(stale_from=timezone.now() + timedelta(days=1))
    keys = {True: f"x-api-key: {make_partner_key(site).text}", False: f"X-API-Key: {make_api_key().text}"}
    known = {**ids, **WINDOW}
    return {
        f"{one} as {media}": request("GET", one.address(known), keys[one.is_partners], f"Accept: {media}")
        for one in GETS
        for media in one.media_of_answers
    }


@pytest.fixture
def restored(asked: Asked, tmp_path: Path) -> Iterator[str]:
    """The name of a database that was filled by the scripts that are shipped."""
    dump = tmp_path / "leitstand.dump"
    with empty_database(f"{connection.settings_dict['NAME']}_again") as name:
        for script, database in (("backup.sh", str(connection.settings_dict["NAME"])), ("restore.sh", name)):
            done = run_script(script, dump, database=database)
            assert done.returncode == 0, done.stderr
        yield name


def essence(answer: RawAnswer) -> Essence:
    """All of an answer that is not of the moment."""
    return answer.status, {name: text for name, text in answer.headers.items() if name not in VOLATILE}, answer.body


def answers(server: Server, asked: Asked) -> dict[str, Essence]:
    return {what: essence(server.send(one)) for what, one in asked.items()}


def test_every_get_is_answered_as_before(asked: Asked, restored: str, tmp_path: Path) -> None:
    with running_server(tmp_path / "before") as before:
        seen = answers(before, asked)
    with running_server(tmp_path / "after", database_name=restored) as after:
        again = answers(after, asked)
    assert {what: again[what] for what in seen if again[what] != seen[what]} == {}
    assert {what: status for what, (status, _, _) in seen.items() if status != 200} == {}
    assert [what for what, (_, headers, _) in seen.items() if "etag" not in headers] == []
    assert len(seen) >= len(GETS) > 25
    empty = [what for what, (_, _, body) in seen.items() if b"[]" in body and len(body) < 100]
    assert empty == []
