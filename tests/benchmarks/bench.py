"""What a row is handed: servers, keys and assets, each made when a row first asks for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.benchmarks import ground
from tests.benchmarks.floor import Floor
from tests.benchmarks.machine import Machine
from tests.benchmarks.measure import CONNECTIONS, Work
from tests.benchmarks.servers import start_desk, start_peer, start_textbook
from tests.benchmarks.wire import Wire, request


@dataclass
class Bench:
    """The small database, and who serves it."""

    machine: Machine

    @property
    def database(self) -> str:
        """Its address."""
        return self.machine.environment["DATABASE_URL"]

    @cached_property
    def key(self) -> str:
        """A key of the Asset Service."""
        return ground.make_key()

    @cached_property
    def asset_ids(self) -> list[str]:
        """Assets for all groups."""
        return ground.make_assets()

    @cached_property
    def ours(self) -> int:
        """Our port."""
        return start_desk(self.machine, self.database)[0]

    @cached_property
    def peer(self) -> int:
        """The peer's port."""
        return start_peer(self.machine, self.database)

    @cached_property
    def textbook(self) -> int:
        """The textbook's port."""
        return start_textbook(self.machine, self.database)

    @cached_property
    def floor(self) -> Floor:
        """psycopg on the small database."""
        return Floor(self.database)

    @property
    def headers(self) -> dict[str, str]:
        """What every rival is sent; only we look at it."""
        return {"Authorization": f"Bearer {self.key}"}

    def sender(self, port: int, method: str, path: str, bodies: ground.Bodies, *, status: int = 204) -> Work:
        """Send the body that is due, over a connection of its own."""
        wire = Wire(port)
        requests = [request(method, path, headers=self.headers, body=text) for text in bodies.texts]

        def send() -> None:
            answer = wire.send(requests[bodies.next()])
            assert answer.status == status, (answer.status, answer.body)

        return send

    def senders(self, port: int, method: str, path: str, make: Callable[[Sequence[str]], ground.Bodies]) -> list[Work]:
        """One sender per connection, each with assets of its own."""
        groups = [ground.group(self.asset_ids, number) for number in range(1, CONNECTIONS + 1)]
        return [self.sender(port, method, path, make(group)) for group in groups]

    def reader(self, port: int, path: str, *, status: int = 200, **headers: str) -> Work:
        """Ask for this, over a connection of its own."""
        wire = Wire(port)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = request("GET", path, headers={**self.headers, **named})

        def read() -> None:
            answer = wire.send(data)
            assert answer.status == status, (answer.status, answer.body)

        return read
