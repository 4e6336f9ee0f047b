"""SIGTERM under load fails no request [P21]: behind nginx one web server is replaced while the other answers."""

import http.client
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self

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

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, ROUNDS = 6, 2


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


class Load:
    """Clients with a connection each that is kept open, who read and write until they are told to stop."""

    def __init__(self, port: int, asset_id: str, key: str) -> None:
        self.port, self.path = port, f"/api/v1/assets/{asset_id}"
        self.headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self.seen: Counter[str] = Counter()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _ask(self, number: int) -> None:
        wire = http.client.HTTPConnection(LOCALHOST, self.port, timeout=30)
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            writing = turn % 3 == 0
            body = b'{"name": "from %d in turn %d"}' % (number, turn) if writing else None
            try:
                wire.request("PATCH" if writing else "GET", self.path, body=body, headers=self.headers)
                answer = wire.getresponse()
                answer.read()
                self.seen[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
                wire.close()

    @property
    def failed(self) -> int:
        """Requests without an answer, or with one that is no success."""
        return sum(count for what, count in self.seen.items() if what not in ("200", "204"))


@pytest.fixture
def asset_and_key() -> tuple[str, str]:
    return make_asset().pk, make_api_key().text


@promises("P21")
def test_replacing_web_servers_behind_nginx_fails_no_request(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    webs = [Web(tmp_path), Web(tmp_path)]
    try:
        with running_nginx(tmp_path, *(web.port for web in webs)) as proxy, Load(proxy.port, *asset_and_key) as load:
            time.sleep(1)
            for _ in range(ROUNDS):
                for web in webs:
                    web.restart()
                    time.sleep(0.5)
    finally:
        for web in webs:
            web.child.stop()
    figure = f"{load.failed} of {sum(load.seen.values()):,} requests, {2 * ROUNDS} restarts"
    promise("P21", "SIGTERM under load behind nginx, failed requests", figure=figure, target="0")
    assert sum(load.seen.values()) > 100
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
