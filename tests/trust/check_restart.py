"""SIGTERM under load fails no request [P21]: behind nginx one web server is replaced while the other answers."""

import http.client
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from assets.models import Asset
from config.desk import parts
from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.deploy.databases import database_url
from tests.deploy.proxies import free_port, running_nginx
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.granian import LOCALHOST, Server, request
from tests.trust.conftest import Promise, promises
from tests.trust.load import Load

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 2


class Web:
    """A web server on a port of its own, which can be started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.part = parts.web(folder, port=self.port)
        self.child = self.start()

    def start(self) -> Child:
        """Start it as `make run` and the units do, and wait until it answers."""
        url = database_url(str(connection.settings_dict["NAME"]))
        program = Program(
            name=f"web {self.port}",
            argv=(sys.executable, *self.part.program.argv[1:]),
            log=self.folder / f"web-{self.port}.log",
            cwd=BASE_DIR,
            environment={**os.environ, "DATABASE_URL": url},
            patience=25,
        )
        child = Child(program)
        wait_for(child, until=self.part.answers, patience=120)
        return child

    def restart(self) -> None:
        """SIGTERM, its own time to finish, and a new one."""
        assert self.child.stop(), "it had to be killed"
        self.child = self.start()


def load_on(port: int, asset_id: str, key: str) -> Load:
    """Clients who read and rename an asset."""
    path = f"/api/v1/assets/{asset_id}"
    return Load(
        lambda: http.client.HTTPConnection(LOCALHOST, port, timeout=30),
        read=path,
        write=lambda number, turn: ("PATCH", path, b'{"name": "from %d in turn %d"}' % (number, turn)),
        key=key,
    )


@pytest.fixture
def asset_and_key() -> tuple[str, str]:
    return make_asset().pk, make_api_key().text


@promises("P21")
def test_replacing_web_servers_behind_nginx_fails_no_request(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    webs = [Web(tmp_path), Web(tmp_path)]
    try:
        with running_nginx(tmp_path, *(web.port for web in webs)) as proxy, load_on(proxy.port, *asset_and_key) as load:
            time.sleep(1)
            for _ in range(ROUNDS):
                for web in webs:
                    web.restart()
                    time.sleep(0.5)
    finally:
        for web in webs:
            web.child.stop()
    figure = f"{load.failed} of {load.asked:,} requests, {2 * ROUNDS} restarts"
    promise("P21", "SIGTERM under load behind nginx, failed requests", figure=figure, target="0")
    assert load.asked > 100
    assert load.failed == 0, load.seen


@promises("P21")
def test_a_web_server_that_stops_answers_what_it_has_in_hand(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    """Without nginx: requests that are being worked on when SIGTERM comes are answered."""
    web = Web(tmp_path)
    asset_id, key = asset_and_key
    body = b'{"name": "in hand"}'
    lines = (f"X-API-Key: {key}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    statuses: list[int] = []

    def rename() -> None:
        asked = request("PATCH", f"/api/v1/assets/{asset_id}", *lines, body=body)
        statuses.append(Server(web.port).send(asked, patience=30).status)

    asking = [threading.Thread(target=rename) for _ in range(parts.WEB_THREADS)]
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset_id)
        for thread in asking:
            thread.start()
        time.sleep(1.5)  # by now they wait for the row
        web.child.ask_to_stop()
        time.sleep(0.5)
    for thread in asking:
        thread.join()
    assert web.child.stop()
    figure = f"{statuses.count(204)} of {len(asking)} answered"
    promise("P21", "SIGTERM without nginx, requests in hand", figure=figure, target="all")
    assert statuses == [204] * len(asking)
