"""P7: of thirty-two clients that want the same at the same moment, over HTTP, one gets it; the others are told why."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assets.vocabulary import Lifecycle
from tests.factories.assets import NOW, asset_body, make_asset
from tests.factories.keys import make_api_key
from tests.factories.sites import add_inverter, add_site, inverter_body, site_body
from tests.granian import running_server
from tests.trust.conftest import Promise, promises
from tests.trust.wires import Reply, Wire, at_once

WRITERS, ROUNDS = 32, 5
STATES = {
    "commission": Lifecycle.DRAFT,
    "go-live": Lifecycle.COMMISSIONING,
    "suspend": Lifecycle.LIVE,
    "resume": Lifecycle.SUSPENDED,
    "decommission": Lifecycle.LIVE,
}


@dataclass
class Arena:
    """Thirty-two clients, and what came of their contests."""

    wires: list[Wire]
    contests: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def reader(self) -> Wire:
        return self.wires[0]

    def all_send(self, method: str, path: str, body: Callable[[int], Any] = lambda _: None, **more: str) -> list[Reply]:
        return at_once(self.wires, lambda wire, number: wire.send(method, f"/api/v1{path}", body(number), **more))

    def note(self, name: str, replies: list[Reply], *, won: bool, others: set[int]) -> None:
        """One contest: whether it had one winner, and no loser was told anything else than that it lost."""
        self.contests[name] += 1
        statuses = Counter(reply.status for reply in replies)
        lost = {status for status in statuses if status >= 300}
        if not won or not lost <= others:
            self.faults.append(f"{name}: {dict(statuses)}")

    def read(self, path: str) -> Any:
        reply = self.reader.send("GET", f"/api/v1{path}")
        assert reply.status == 200, reply.content
        return reply.body


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    key = make_api_key().text
    with running_server(tmp_path, workers=2, threads=16) as server:
        made = Arena([Wire(server.port, key) for _ in range(WRITERS)])
        yield made
        for wire in made.wires:
            wire.close()


def minute(number: int) -> str:
    return f"{NOW + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"


def one_of(replies: list[Reply]) -> bool:
    """Whether one succeeded."""
    return sum(reply.status < 300 for reply in replies) == 1


def open_spec(arena: Arena) -> None:
    """[SP3]: whoever begins last is open in the end, and nobody else; who was refused is not there."""
    asset = make_asset().pk
    replies = arena.all_send("PATCH", "/specs", lambda number: {"asset_id": asset, "valid_from": minute(number)})
    specs = arena.read(f"/specs?asset_ids={asset}&limit=1000")["specs"][::-1]
    begun = [datetime.fromisoformat(spec["valid_from"]) for spec in specs]
    taken = [NOW + timedelta(minutes=number) for number, reply in enumerate(replies) if reply.status == 204]
    whole = all(earlier["valid_to"] == later["valid_from"] for earlier, later in pairwise(specs))
    still_open = [spec["valid_from"] for spec in specs if spec["valid_to"] is None]
    won = whole and begun == taken and still_open == [f"{NOW + timedelta(minutes=WRITERS - 1):%Y-%m-%dT%H:%M:%S.%fZ}"]
    arena.note("open spec", replies, won=won, others={422})


def overlap(arena: Arena) -> None:
    """[SP3]: thirty-two windows, each of which overlaps all others."""
    asset = make_asset().pk
    replies = arena.all_send(
        "PATCH",
        "/specs",
        lambda number: {"asset_id": asset, "valid_from": minute(number), "valid_to": minute(WRITERS + number)},
    )
    stored = arena.read(f"/specs?asset_ids={asset}&limit=1000")["specs"]
    arena.note("vBat overlap", replies, won=one_of(replies) and len(stored) == 1, others={422})


def moves(arena: Arena) -> None:
    """[A5]: each action."""
    for action, state in STATES.items():
        asset = make_asset(state).pk
        replies = arena.all_send("POST", f"/assets/{asset}/actions/{action}")
        entries = arena.read(f"/assets/{asset}/history?limit=1000")["history"]
        moved = [one for one in entries if "lifecycle" in (one["after"] or {}) and one["actor"].startswith("key:")]
        arena.note(action, replies, won=one_of(replies) and len(moved) == 1, others={409})


def ids(arena: Arena) -> None:
    """[A1] [ST1] [ST4]: each number is one client's, and none is left out."""
    asset, site = make_asset(code="FRONT").pk, add_site(code="IDS").pk
    code = f"ID{arena.contests['asset ids']}"
    made = {
        "asset ids": ("/assets", asset_body(code=code), f"DE_50HZ_{code}_"),
        "site ids": ("/sites", site_body(code=code), f"DE_AMPN_{code}_SITE_"),
        "inverter ids": (f"/sites/{site}/inverters", inverter_body(asset), f"{site}_INV_"),
    }
    for name, (path, body, prefix) in made.items():
        replies = arena.all_send("POST", path, lambda _, body=body: body)  # type: ignore[misc]
        found = [reply.body.get("id", "") for reply in replies]
        won = sorted(found) == sorted(f"{prefix}{number}" for number in range(1, WRITERS + 1))
        arena.note(name, replies, won=won, others=set())


def changed_meanwhile(arena: Arena) -> None:
    """[C13]: all have read the same, one changes it."""
    asset = make_asset().pk
    tag = arena.reader.send("GET", f"/api/v1/assets/{asset}").headers["etag"]
    replies = arena.all_send("PATCH", f"/assets/{asset}", lambda number: {"name": f"of {number}"}, If_Match=tag)
    winner = [number for number, reply in enumerate(replies) if reply.status == 204]
    name = arena.read(f"/assets/{asset}")["name"]
    arena.note("If-Match", replies, won=[f"of {number}" for number in winner] == [name], others={412})


def deletions(arena: Arena) -> None:
    """[A4] [ST3] [ST4]"""
    asset, site = make_asset().pk, add_site(code="GONE")
    inverter = add_inverter(site, make_asset(code="BEHIND").pk).pk
    for path in (f"/assets/{asset}", f"/sites/{site.pk}/inverters/{inverter}", f"/sites/{site.pk}"):
        replies = arena.all_send("DELETE", path)
        arena.note("deletion", replies, won=one_of(replies), others={404})


def repeated(arena: Arena) -> None:
    """[C12]: one creates, the others hear of it again, or that it is still going on."""
    key = f"once-{arena.contests['Idempotency-Key']}"
    replies = arena.all_send("POST", "/assets", lambda _: asset_body(code="ONCE"), Idempotency_Key=key)
    created = [reply for reply in replies if reply.status == 201]
    first = [reply for reply in created if "idempotent-replayed" not in reply.headers]
    same = len({reply.content for reply in created}) == 1
    arena.note("Idempotency-Key", replies, won=len(first) == 1 and same, others={409})


def crossed_band(arena: Arena) -> None:
    """[L7]: half raise the floor over what half lower the ceiling to: one side has it."""
    asset = make_asset().pk
    slot = {"start_time": "06:00", "end_time": "06:15", "valid_from": "2026-05-01", "valid_until": "2026-05-01"}
    sides: list[dict[str, int]] = [{"energy_low": 10}, {"energy_high": 5}]
    replies = arena.all_send(
        "PATCH",
        "/limits",
        lambda number: {"limits": [{"asset_id": asset, "source": "CUSTOMER", **slot, **sides[number % 2]}]},
    )
    sides_that_won = {number % 2 for number, reply in enumerate(replies) if reply.status == 204}
    window = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
    (group,) = arena.read(f"/limits?asset_ids={asset}&{window}")["limits"]
    held = {
        name: float(group["sources"][0][name]) for name in ("energy_low", "energy_high") if group["sources"][0][name]
    }
    won = len(sides_that_won) == 1 and held == sides[sides_that_won.pop()]
    arena.note("crossed band", replies, won=won, others={422})


CONTESTS = (open_spec, overlap, moves, ids, changed_meanwhile, deletions, repeated, crossed_band)


@promises("P7")
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins(arena: Arena, promise: Promise) -> None:
    for _ in range(ROUNDS):
        for contest in CONTESTS:
            contest(arena)
    total = arena.contests.total()
    figure = f"{total - len(arena.faults)} of {total} contests of {WRITERS} clients: {', '.join(arena.contests)}"
    promise("P7", "races have exactly one winner, the others 409, 412 or 422", figure=figure, target="all")
    assert not arena.faults, json.dumps(arena.faults[:20], indent=1)
    assert total >= ROUNDS * len(CONTESTS)
