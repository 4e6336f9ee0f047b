"""A whole desk of a check's own, clients that read and write over HTTP meanwhile, and what they met with."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.desk import parts
from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.deploy.proxies import free_port
from tests.granian import LOCALHOST
from tests.trust.event_desk import MANAGE, EventDesk

KEYS = (
    "from tests.factories.keys import make_api_key, make_partner_key; from sites.models import Site;"
    "from partner.models import PartnerProfile as P;"
    "print('KEYS', make_api_key().text, make_partner_key(P.objects.get(public_name='Sibaya').site).text)"
)
ROLLUP = "/partner/kpi-rollup?site_id=Sibaya"
HANGS = 5.0  # seconds
PAUSE = 0.05


@dataclass
class FaultDesk(EventDesk):
    """With everything that `make run` starts, each of it a process that can be killed, frozen and started again."""

    port: int = 0
    running: dict[str, Child] = field(default_factory=dict)
    api_key: str = ""
    partner_key: str = ""
    asset_id: str = ""

    def start_all(self) -> None:
        self.port = free_port()
        self.start("web", until=self.is_up)
        for name in ("worker", "beat", "ingest"):
            self.start(name)
        made = subprocess.run([*MANAGE, "shell", "-c", KEYS], env=self.environment, cwd=BASE_DIR, stdout=-1, check=True)
        self.api_key, self.partner_key = made.stdout.decode().rpartition("KEYS ")[2].split()
        self.asset_id = str(self.query("SELECT id FROM assets_asset ORDER BY id LIMIT 1")[0][0])
        deadline = time.monotonic() + 180
        while self.ask("GET", ROLLUP)[0] != http.HTTPStatus.OK:
            assert time.monotonic() < deadline, "no snapshot was published"
            time.sleep(0.5)

    def start(self, name: str, *, until: Callable[[], bool] = lambda: True) -> None:
        """Start one of the parts as `make run` does."""
        made = parts.web(self.data, port=self.port) if name == "web" else getattr(parts, name)(self.data)
        program = made.program
        self.running[name] = Child(
            Program(
                name=name,
                argv=(sys.executable, *program.argv[1:]),
                log=program.log,
                cwd=BASE_DIR,
                environment={**(program.environment or {}), **self.environment},
                patience=25,
            )
        )
        wait_for(self.running[name], until=until, patience=120)

    def signal(self, name: str, number: signal.Signals) -> None:
        """A signal to a part and all that it has started; of the web server to its first worker alone."""
        if name == "PostgreSQL":
            self.signal_database(number)
        elif name == "Redis":
            os.killpg(self.broker.process.pid, number)
        elif name == "web":
            os.kill(children_of(self.running[name].process.pid)[0], number)
        else:
            os.killpg(self.running[name].process.pid, number)

    def kill(self, name: str) -> None:
        """kill -9, and started again; granian does so with its workers itself."""
        self.signal(name, signal.SIGKILL)
        if name == "PostgreSQL":
            self.database.kill()
            self.start_database()
        elif name == "Redis":
            self.broker.kill()
            self.start_broker()
        elif name != "web":
            self.running[name].kill()
            self.start(name)

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/health")[0] == http.HTTPStatus.OK
        except OSError:
            return False

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
        """One request over a connection of its own, with the key that its address asks for."""
        key = self.partner_key if path.startswith("/partner") else self.api_key
        headers = {"X-API-Key": key, "Content-Type": "application/json"}
        wire = http.client.HTTPConnection(LOCALHOST, self.port, timeout=60)
        try:
            wire.request(method, path, None if body is None else json.dumps(body), headers)
            answer = wire.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            wire.close()

    def close(self) -> None:
        for name in reversed(list(self.running)):
            self.running[name].stop()
        super().close()


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@dataclass(frozen=True)
class Met:
    """One request: what it was, when it ended, how long it took, and its answer's status (0: the connection broke)."""

    what: str
    ended: float
    took: float
    status: int
    retry_after: str


@dataclass
class Clients:
    """Readers, writers, partners and somebody who asks whether the desk is ready, until they are told to stop."""

    desk: FaultDesk
    met: list[Met] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        path = f"/api/v1/assets/{self.desk.asset_id}"
        asked = [
            *(("read", "GET", path),) * 2,
            *(("write", "PATCH", path),) * 2,
            *(("snapshot", "GET", ROLLUP),) * 2,
            ("ready", "GET", "/health/ready"),
        ]
        threads = [threading.Thread(target=self._ask, args=one) for one in asked]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, what: str, method: str, path: str) -> None:
        turn = 0
        while not self.stop.is_set():
            turn += 1
            began = time.monotonic()
            body = {"name": f"in turn {turn}"} if method == "PATCH" else None
            try:
                status, headers, _ = self.desk.ask(method, path, body)
            except (OSError, http.client.HTTPException):
                status, headers = 0, {}
            ended = time.monotonic()
            self.met.append(Met(what, ended, ended - began, status, headers.get("retry-after", "")))
            time.sleep(PAUSE)

    def of(self, *whats: str) -> list[Met]:
        """The requests of these kinds, in the order in which they ended."""
        return sorted((one for one in self.met if one.what in whats), key=lambda one: one.ended)

    def longest(self, *whats: str) -> float:
        return max(one.took for one in self.of(*whats))

    def statuses(self, *whats: str) -> Counter[int]:
        return Counter(one.status for one in self.of(*whats))

    def normal_after(self, instant: float) -> float:
        """Seconds from an instant to the end of the last request that was no success."""
        failed = [one.ended for one in self.met if one.status not in (200, 204)]
        return max(0.0, max(failed, default=instant) - instant)
