"""docs/deployment.md, word for word, on a fresh Debian machine: set up, upgraded, backed up, restored [P21]."""

import json
import threading
from collections.abc import Iterator

import pytest

from tests.deploy import page
from tests.deploy.desk_there import NAME, DeskThere
from tests.deploy.machines import Machine, debian_machine
from tests.trust.conftest import Promise
from tests.trust.load import Load

DAY = "2026-05-01"
LAST_WORDS = "worker: Warm shutdown (MainProcess)"  # Celery's own, which it writes past the log
ANSWERS = (
    "/api/v1/assets?limit=100",
    "/api/v1/limits?asset_ids={asset}&delivery_day=2026-05-01",
    "/api/v1/status?asset_ids={asset}&latest=true",
)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with debian_machine() as fresh:
        yield fresh


def limits_item(asset: str, power: str) -> bytes:
    """A batch that sets what operations allow in one slot."""
    window = {"start_time": "06:00", "end_time": "06:15", "valid_from": DAY, "valid_until": DAY}
    return json.dumps(
        {"limits": [{"asset_id": asset, "source": "OPERATIONS", **window, "power_charge": power}]}
    ).encode()


def test_the_page_word_for_word(machine: Machine, promise: Promise) -> None:
    """One machine, in the order of the page; each step has to end well, and what it promises has to be so."""
    desk = DeskThere(machine)
    desk.make_certificate()
    desk.follow(page.SET_UP)
    with machine.network():
        it_is_up(desk)
        desk.seed()
        desk.follow(page.FIRST)
        it_does_its_work(desk)
        failed, asked = an_upgrade_is_not_noticed(desk)
        a_restored_desk_answers_the_same(desk)
        its_logs_are_for_machines_and_hold_no_key(desk)
    machine.run("systemctl is-enabled leitstand.target nginx postgresql redis-server")
    figure = (
        f"{desk.steps} commands, {desk.answers} answers checked, {failed} of {asked:,} requests failed in the upgrade"
    )
    promise("P21", "the deployment page word for word, on a fresh Debian with systemd", figure=figure, target="all, 0")
    assert failed == 0


def it_is_up(desk: DeskThere) -> None:
    """Ready, over TLS, with nothing that systemd would complain of; and an operator can sign in."""
    path, words = page.promised()
    desk.wait_for(path, words)
    assert desk.machine.run("systemctl list-units --failed --no-legend --plain").strip() == ""
    login = desk.ask("GET", "/admin/login/")
    assert (login.status, login.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert login.headers["strict-transport-security"].startswith("max-age=31536000")
    assert desk.sign_in() == "/admin/"
    assert desk.ask("GET", "/metrics").status == 404
    assert desk.ask("GET", "/api/v1/assets").status == 401


def it_does_its_work(desk: DeskThere) -> None:
    """Writes and reads by an issued key, a snapshot that the worker made, an event that ingestion stored."""
    asset = desk.some_asset()
    assert desk.ask("PATCH", "/api/v1/limits", limits_item(asset, "-5")).status == 204
    limits = desk.ask("GET", f"/api/v1/limits?asset_ids={asset}&delivery_day={DAY}")
    (slot,) = [one for one in limits.json()["limits"] if one["start_time"] == f"{DAY}T06:00:00Z"]
    assert [one["power_charge"] for one in slot["sources"] if one["source"] == "OPERATIONS"] == ["-5"]
    kpi = desk.wait_for("/partner/kpi-rollup?site_id=Sibaya", '"system_pr":')
    assert desk.ask("GET", "/partner/kpi-rollup?site_id=Sibaya", If_None_Match=kpi.headers["etag"]).status == 304
    event = {"event_id": "first", "asset_id": asset, "status": "MAINTENANCE", "effective_at": "2026-11-01T12:00:00Z"}
    desk.machine.run(f"redis-cli XADD statuses '*' payload '{json.dumps(event)}'")
    desk.wait_for(f"/api/v1/status?asset_ids={asset}&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z", "MAINTENANCE")


def an_upgrade_is_not_noticed(desk: DeskThere) -> tuple[int, int]:
    """How many requests failed, of how many, while the upgrade's commands ran."""
    asset = desk.some_asset()
    load = Load(
        desk.wire,
        read=f"/api/v1/limits?asset_ids={asset}&delivery_day={DAY}",
        write=lambda number, turn: ("PATCH", "/api/v1/limits", limits_item(asset, f"-{number}.{turn % 999}1")),
        key=desk.key,
    )
    with load:
        desk.follow(page.UPGRADE)
        threading.Event().wait(3)
    assert load.asked > 100
    return load.failed, load.asked


def a_restored_desk_answers_the_same(desk: DeskThere) -> None:
    """By the page's words: while it is stopped nginx says so in the API's shape; afterwards all is as it was."""
    paths = [one.format(asset=desk.some_asset()) for one in ANSWERS]
    before = [desk.essence(path) for path in paths]
    away = ""
    for command in desk.commands(page.BACKUP):
        desk.type(command)
        if command.startswith("systemctl stop"):
            refused = desk.ask("GET", paths[0])
            away = refused.json()["detail"]
            assert (refused.status, refused.headers["retry-after"]) == (503, "2")
            assert refused.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "does not answer now" in away
    desk.wait_for(*page.promised())
    assert [desk.essence(path) for path in paths] == before


def its_logs_are_for_machines_and_hold_no_key(desk: DeskThere) -> None:
    """Each line of each process is a JSON object; a request is found under its id in nginx's log and in the desk's."""
    asked = desk.ask("GET", f"/api/v1/assets?key={desk.key}")
    known = asked.headers["x-request-id"]
    nginx = desk.machine.run("cat /var/log/nginx/leitstand.log").splitlines()
    said = [json.loads(line) for line in nginx]
    ours = [json.loads(line) for line in desk.logged() if line != LAST_WORDS]
    assert [(one["path"], one["status"]) for one in said if one["request_id"] == known] == [("/api/v1/assets", "422")]
    assert [one["message"] for one in ours if one["request_id"] == known] == ["GET /api/v1/assets 422"]
    everything = desk.machine.run("journalctl --no-pager; cat /var/log/nginx/*")
    assert [key for key in (desk.key, desk.partner_key) if key in everything] == []
    assert f"/health/ready {NAME}" not in everything
