"""P14: a key sees its own sites, assets and sources. What is another's looks exactly as what does not exist.

Every operation, as every kind of key, about the records of another fleet, before there is one and after: the answers
are the same byte for byte, headers and tags too; also where the request is conditional, a HEAD, or has an
Idempotency-Key. Nothing of the other fleet is in any list, and nothing in it changes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.contract.conftest import Call, caller
from tests.contract.operations import CLOSED, EVERY, OURS, WITH_CONTENT, Operation
from tests.factories.keys import bearer, make_partner_key
from tests.trust.conftest import Promise, promises
from tests.trust.fleets import Fleet, add_kind, address_about, content_about, fill, make_fleet

OURS_WORD, THEIRS_WORD = "OWNED", "ALIEN"
OF_THE_MOMENT = {"Date", "X-Request-ID"}
READS = [one for one in CLOSED if one.method == "GET"]


# Where the other fleet's records will be once there is one.
THEIRS = {
    "asset_id": f"DE_50HZ_{THEIRS_WORD}_1",
    "other_id": f"DE_50HZ_{THEIRS_WORD}_2",
    "site_id": f"DE_AMPN_{THEIRS_WORD}_SITE_1",
    "inverter_id": f"DE_AMPN_{THEIRS_WORD}_SITE_1_INV_1",
}
THEIR_NAME = f"{THEIRS_WORD}-park"
MADE_UP = '"ea2f10f0b7c70b4dbbd9f4f034623cf0"'
Asked = tuple[str, str, str, str]


@dataclass
class World:
    """A fleet, keys that see it or a part of it, and later another fleet."""

    mine: Fleet
    kind: str
    everything: Call
    bound: dict[str, Call]
    partner: Call
    cases: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def ids(self, ids: Mapping[str, str]) -> dict[str, str]:
        return {**ids, "kind": self.kind}

    def callers(self, operation: Operation) -> list[tuple[str, Call]]:
        return [("partner", self.partner)] if operation.is_partners else list(self.bound.items())


@pytest.fixture
def world() -> World:
    mine = make_fleet(OURS_WORD)
    everything = caller(bearer())
    fill(mine, everything)
    bound = {
        "assets": caller(bearer(asset_ids=mine.asset_ids)),
        "assets and sources": caller(bearer(asset_ids=mine.asset_ids, sources=["CUSTOMER"])),
        "one asset": caller(bearer(asset_ids=mine.asset_ids[:1])),
    }
    partner = caller({"x-api-key": make_partner_key(mine.site).text})
    return World(mine, add_kind(mine), everything, bound, partner)


def essence(answer: HttpResponse) -> tuple[Any, ...]:
    """All of an answer that is not of the moment: status, every other header, every byte."""
    return answer.status_code, sorted((k, v) for k, v in answer.items() if k not in OF_THE_MOMENT), answer.getvalue()


def conditions(operation: Operation, tag: str) -> dict[str, dict[str, str]]:
    """None, and those that would show whether something is there; the tag is theirs, or made up while there is none."""
    if operation.method == "GET":
        return {
            "": {},
            "any": {"If_None_Match": "*"},
            "its tag": {"If_None_Match": tag},
            "gzip": {"Accept_Encoding": "gzip"},
        }
    return {"": {}, "any": {"If_Match": "*"}, "its tag": {"If_Match": tag}, "once": {"Idempotency_Key": "a-key"}}


def ask_about_theirs(world: World, tags: Mapping[str, str]) -> dict[Asked, tuple[Any, ...]]:
    """Every operation about the other fleet's records, as every key that does not see them; nothing of it is kept."""
    found = {}
    ids = world.ids(THEIRS)
    for operation in CLOSED:
        address, content = address_about(operation, ids, public_name=THEIR_NAME), content_about(operation, ids)
        for who, call in world.callers(operation):
            for method in [operation.method, *(["HEAD"] if operation.method == "GET" else [])]:
                tag = tags.get(address, MADE_UP) if is_about(ids, address) else MADE_UP
                for name, headers in conditions(operation, tag).items():
                    with transaction.atomic():
                        answer = essence(call(method, address, content, **headers))
                        transaction.set_rollback(True)
                    found[who, method, address, name] = answer
    return found


def is_about(ids: Mapping[str, str], address: str) -> bool:
    """Whether the address names a record of theirs: prices are everybody's."""
    return any(name in address for name in (*ids.values(), THEIR_NAME))


def tags_of_theirs(world: World, theirs: Fleet) -> dict[str, str]:
    """The tag of each address for who may see it."""
    partner = caller({"x-api-key": make_partner_key(theirs.site).text})
    addresses = [(one, address_about(one, world.ids(THEIRS), public_name=THEIR_NAME)) for one in READS]
    answers = {at: (partner if one.is_partners else world.everything)("GET", at) for one, at in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {at: answer["ETag"] for at, answer in answers.items()}


def compare(world: World, before: Mapping[Asked, Any], after: Mapping[Asked, Any]) -> None:
    """What was said while there was no other fleet is said when there is one."""
    for asked, said in before.items():
        world.cases["compared"] += 1
        if after[asked] != said:
            parts = [(old, new) for old, new in zip(said, after[asked], strict=True) if old != new]
            world.faults.append(f"{asked}: {parts}"[:800])


def seen_by_all(world: World) -> dict[str, bytes]:
    """Everything of the other fleet, as who may see all sees it."""
    return {
        str(one): world.everything("GET", address_about(one, world.ids(THEIRS))).getvalue()
        for one in READS
        if not one.is_partners
    }


def look_for_leaks(world: World) -> None:
    """Lists, whatever is asked for, hold nothing of the other fleet."""
    for who, call in [*world.bound.items(), ("partner", world.partner)]:
        for operation in READS:
            if operation.is_partners != (who == "partner"):
                continue
            for path in (operation.address(world.ids(world.mine.ids)), _both_asked(operation, world)):
                answer = call("GET", path)
                world.cases["leaks"] += 1
                content = answer.getvalue().replace(path.encode(), b"")
                if THEIRS_WORD.encode() in content and answer.status_code == 200:
                    world.faults.append(f"{who}: {path} tells {content[:500]!r}")


def _both_asked(operation: Operation, world: World) -> str:
    """The address about the own fleet, whose query asks for both."""
    query = "&".join(operation.query(world.ids(world.mine.ids)))
    for name, text in world.mine.ids.items():
        query = query.replace(text, f"{text},{THEIRS[name]}")
    return f"{operation.path(world.ids(world.mine.ids))}?{query}"


def steal_answers(world: World) -> None:
    """[C12]: an Idempotency-Key is its caller's: nobody else is given the answer that is stored under it."""
    for operation in (one for one in WITH_CONTENT if one.method == "POST"):
        ids = world.ids(world.mine.ids)
        sent = (operation.path(ids), content_about(operation, ids))
        world.everything(operation.method, *sent, Idempotency_Key="shared")
        for who, call in world.bound.items():
            world.cases["idempotency"] += 1
            if "Idempotent-Replayed" in call(operation.method, *sent, Idempotency_Key="shared"):
                world.faults.append(f"{who}: {operation} is given another caller's answer")


def write_other_sources(world: World) -> None:
    """[C14]: a key that is bound to sources writes no other, of whichever asset."""
    call = world.bound["assets and sources"]
    patch = next(one for one in OURS if str(one) == "PATCH /api/v1/limits")
    window = "start_time=2026-05-01T00:00:00Z&end_time=2026-05-02T00:00:00Z"
    for ids in (world.ids(world.mine.ids), world.ids(THEIRS)):
        for source in ("OPERATIONS", "REPORTED", "PV", "AVAILABILITY"):
            content = content_about(patch, ids).replace(b'"OPERATIONS"', b'"%s"' % source.encode())
            path = f"/api/v1/limits?asset_id={ids['asset_id']}&source={source}&{window}"
            statuses = {call("PATCH", "/api/v1/limits", content).status_code, call("DELETE", path).status_code}
            world.cases["sources"] += 2
            if statuses != {403}:
                world.faults.append(f"{source} of {ids['asset_id']}: {statuses}")


@promises("P14")
@pytest.mark.django_db
def test_a_key_sees_its_own_and_nothing_else(world: World, promise: Promise) -> None:
    unknown = ask_about_theirs(world, {})
    theirs = make_fleet(THEIRS_WORD)
    assert theirs.ids == THEIRS
    fill(theirs, world.everything)
    add_kind(theirs)
    before = seen_by_all(world)
    compare(world, unknown, ask_about_theirs(world, tags_of_theirs(world, theirs)))
    look_for_leaks(world)
    write_other_sources(world)
    changed = [name for name, content in seen_by_all(world).items() if content != before[name]]
    steal_answers(world)
    figure = (
        f"{len(world.faults)} leaks or differences, {len(changed)} changes of another's rows in "
        f"{world.cases.total():,} cases: {len(EVERY)} operations, {len(world.bound) + 1} kinds of keys"
    )
    promise("P14", "a key sees only its own; unknown and forbidden are byte-identical", figure=figure, target="0")
    assert not world.faults, "\n".join(world.faults[:15])
    assert not changed
    assert world.cases.total() > 500
