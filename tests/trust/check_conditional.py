"""P16: conditional requests as RFC 9110 has them, on every address that has a tag, over a real web server.

If-None-Match on every GET: strong, weak, in a list, `*`, garbage, with HEAD, under gzip, as rows, of another key, and
after a change. If-Match on every change of a single record.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from partner.models import Snapshot
from partner.vocabulary import FORECAST, KPI_ROLLUP
from tests.contract.conftest import caller
from tests.contract.operations import CLOSED, WITH_BODY, Operation
from tests.factories.assets import make_asset
from tests.factories.keys import bearer, make_api_key, make_partner_key
from tests.factories.sites import add_inverter, add_site
from tests.factories.snapshots import make_snapshot
from tests.granian import running_server
from tests.trust.check_races import STATES
from tests.trust.conftest import Promise, promises
from tests.trust.fleets import Fleet, add_kind, address_about, content_about, fill, make_fleet
from tests.trust.wires import Reply, Wire

READS = [one for one in CLOSED if one.method == "GET"]
# What a 304 says too [C13] [P4].
SAID_AGAIN = ("etag", "cache-control", "vary")
CHANGES: dict[str, dict[str, Any]] = {
    KPI_ROLLUP: {"period": {"start": "2026-05-01", "end": "2026-05-31"}},
    FORECAST: {"model_id": "another"},
}
MAY = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"


@dataclass
class Court:
    """Clients with keys of each kind, and what was found."""

    all: Wire
    partner: Wire
    other: Wire  # a key that is bound to another asset
    other_partner: Wire
    fleet: Fleet
    ids: dict[str, str]
    cases: int = 0
    faults: list[str] = field(default_factory=list)

    def client(self, operation: Operation) -> Wire:
        return self.partner if operation.is_partners else self.all

    def address(self, operation: Operation) -> str:
        found = address_about(operation, self.ids, public_name=self.fleet.public_name)
        # what depends on the clock is asked for as of a moment, so that a tag does not change by itself
        if operation.template.endswith("/state-snapshots"):
            return found.replace("latest=true", MAY)
        return re.sub("from=[^&]*&to=[^&]*", MAY, found)

    def expect(self, what: str, *, found: object, wanted: object) -> None:
        self.cases += 1
        if found != wanted:
            self.faults.append(f"{what}: {found}, not {wanted}"[:700])


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Court]:
    fleet, other = make_fleet("TAGGED"), make_fleet("OTHER")
    fill(fleet, caller(bearer()))
    kind = add_kind(fleet)
    Snapshot.objects.update(stale_from=timezone.now() + timedelta(days=1))  # no tag changes by itself
    texts = [
        make_api_key().text,
        make_partner_key(fleet.site).text,
        make_api_key(asset_ids=other.asset_ids).text,
        make_partner_key(other.site).text,
    ]
    with running_server(tmp_path) as server:
        wires = [Wire(server.port, text) for text in texts]
        mine, partner, stranger, other_partner = wires
        yield Court(mine, partner, stranger, other_partner, fleet, {**fleet.ids, "kind": kind})
        for wire in wires:
            wire.close()


def if_none_match(tag: str) -> Iterator[tuple[str, int]]:
    """What a client may send of a tag, and what it comes to (RFC 9110, 13.1.2)."""
    opaque = tag.removeprefix("W/")
    yield from ((tag, 304), (f"W/{opaque}", 304), (opaque, 304), ("*", 304), (f"  {tag}  ", 304), (" * ", 304))
    yield from ((f'"a", {tag}', 304), (f'W/"a" , W/{opaque},"b"', 304), (f",,{tag},", 304), (f'"a,b", {tag}', 304))
    yield from (('"other"', 200), ('W/"other"', 200), ('"a", "b"', 200), ('""', 200), (opaque.strip('"'), 200))
    yield from ((opaque[:-1], 200), (opaque[1:], 200), (f"w/{opaque}", 200), (f"{tag}, *", 200), (f"{tag} {tag}", 200))
    yield from (("", 200), (",", 200), ('"' + "a" * 2000 + '"', 200), (f"'{opaque.strip(chr(34))}'", 200))
    yield from ((f'"{opaque}"', 200), (opaque.swapcase(), 200 if opaque.swapcase() != opaque else 304))


def if_match(tag: str) -> Iterator[tuple[str, bool]]:
    """What a client may send of a tag, and whether its change is made (13.1.1: weak tags never match)."""
    yield from ((tag, True), ("*", True), (f'"a", {tag}', True), (f'{tag},W/"b"', True), (f" {tag} ", True))
    yield from ((f"W/{tag}", False), ('"other"', False), ('"a","b"', False), (tag.strip('"'), False), ("", False))
    yield from ((tag[:-1], False), (f"{tag} {tag}", False), (f'W/{tag}, "b"', False), (f'"{tag}"', False))


def look_at_reads(court: Court, operation: Operation) -> None:
    """One address, with everything that a client may ask of it."""
    path, wire = court.address(operation), court.client(operation)
    first = wire.send("GET", path)
    court.expect(f"{path}: the first", found=first.status, wanted=200)
    tag = first.headers.get("etag", "")
    for method in ("GET", "HEAD"):
        for header, status in if_none_match(tag):
            reply = wire.send(method, path, If_None_Match=header)
            said = all(reply.headers.get(name) == first.headers.get(name) for name in SAID_AGAIN)
            wanted = (status, True, first.content if status == 200 and method == "GET" else b"")
            court.expect(
                f"{method} {path} If-None-Match: {header}", found=(reply.status, said, reply.content), wanted=wanted
            )
        # it is no range request, no date is looked at where a tag is given, and what is no GET has no 304
        reply = wire.send(method, path, If_None_Match='"other"', If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT")
        court.expect(f"{method} {path} with a date too", found=reply.status, wanted=200)
    look_at_codings(court, path, wire, first)
    look_at_media(court, operation, path, tag)
    stranger = court.other_partner if operation.is_partners else court.other
    theirs = stranger.send("GET", path)
    reply = stranger.send("GET", path, If_None_Match=tag)
    same = theirs.headers.get("etag") == tag
    court.expect(f"{path} with another key's tag", found=reply.status, wanted=304 if same else theirs.status)
    court.expect(f"{path} for another key", found=same and theirs.content != first.content, wanted=False)


def look_at_codings(court: Court, path: str, wire: Wire, first: Reply) -> None:
    """Packed or not, it is the same document, and each tag is known again under either coding."""
    packed = wire.send("GET", path, Accept_Encoding="gzip")
    is_packed = packed.headers.get("content-encoding") == "gzip"
    content = gzip.decompress(packed.content) if is_packed else packed.content
    court.expect(f"{path} packed", found=content, wanted=first.content)
    court.expect(
        f"{path} packed: a tag of its own", found=packed.headers["etag"] != first.headers["etag"], wanted=is_packed
    )
    for coding in ("gzip", "identity", "gzip;q=0", "br, gzip"):
        for tag in (packed.headers["etag"], first.headers["etag"]):
            reply = wire.send("GET", path, Accept_Encoding=coding, If_None_Match=tag)
            court.expect(f"{path} {tag} as {coding}", found=(reply.status, reply.content), wanted=(304, b""))


def look_at_media(court: Court, operation: Operation, path: str, tag: str) -> None:
    """Rows are another representation, which a tag of the JSON does not name."""
    for media in operation.media_of_answers:
        if media != "application/json":
            reply = court.all.send("GET", path, Accept=media, If_None_Match=tag)
            court.expect(
                f"{path} as {media}", found=(reply.status, reply.headers.get("etag") != tag), wanted=(200, True)
            )


def look_after_a_change(court: Court) -> None:
    """Where the answer is another one, its tag is, and the old one is nobody's any more."""
    before = [(one, court.client(one).send("GET", court.address(one))) for one in READS]
    for operation in WITH_BODY:
        if operation.method == "POST" and operation.template.endswith(("assets", "sites", "inverters")):
            continue
        content = content_about(operation, court.ids)
        for old, new in (
            (b"T06:", b"T07:"),
            (b"T10:15", b"T10:30"),
            (b'"06:00"', b'"07:00"'),
            (b'"1.8"', b'"1.9"'),
            (b"2.4", b"3.4"),
            (b"block A", b"block B"),
        ):
            content = content.replace(old, new)
        reply = court.all.send(operation.method, operation.path(court.ids), content)
        court.expect(f"{operation}, a change", found=reply.status < 300, wanted=True)
    for kind, changes in CHANGES.items():
        make_snapshot(court.fleet.profile, now=timezone.now() + timedelta(seconds=1), kind=kind, **changes)
    time.sleep(2)  # by then every worker has heard of it
    changed = 0
    for operation, first in before:
        path, wire = court.address(operation), court.client(operation)
        again = wire.send("GET", path)
        is_same = again.content == first.content
        changed += not is_same
        same_tag = again.headers["etag"] == first.headers["etag"]
        court.expect(f"{path} after a change: another tag", found=not same_tag or is_same, wanted=True)
        reply = wire.send("GET", path, If_None_Match=first.headers["etag"])
        court.expect(f"{path} after a change", found=reply.status, wanted=304 if same_tag else 200)
    court.expect("addresses that were changed, half of them at least", found=changed * 2 >= len(READS), wanted=True)


Change = tuple[str, str, str, Any]


def site_without_inverters() -> str:
    return add_site(code="ALONE").pk


def changes_of_records() -> Iterator[tuple[str, Callable[[], Change]]]:
    """Each change of a single record: of which record, how it is made, and what is sent, for a fresh one each time."""
    for action, state in STATES.items():

        def move(action: str = action, state: Any = state) -> Change:
            path = f"/api/v1/assets/{make_asset(state).pk}"
            return path, "POST", f"{path}/actions/{action}", None

        yield action, move

    def of_asset(method: str, body: Any) -> Change:
        path = f"/api/v1/assets/{make_asset().pk}"
        return path, method, path, body

    def of_site(method: str, body: Any) -> Change:
        path = f"/api/v1/sites/{site_without_inverters()}"
        return path, method, path, body

    def of_inverter(method: str, body: Any) -> Change:
        site = add_site(code="FRONT")
        path = f"/api/v1/sites/{site.pk}/inverters/{add_inverter(site, make_asset().pk).pk}"
        return path, method, path, body

    for record in (of_asset, of_site, of_inverter):
        body = {"serial_number": "new"} if record is of_inverter else {"name": "new"}
        yield f"PATCH {record.__name__}", lambda record=record, body=body: record("PATCH", body)  # type: ignore[misc]
        yield f"DELETE {record.__name__}", lambda record=record: record("DELETE", None)  # type: ignore[misc]


def look_at_changes(court: Court) -> None:
    """If-Match on every change of a record: made or 412, and then nothing was changed."""
    for name, fresh in changes_of_records():
        path, *_ = fresh()
        for header, is_made in if_match(court.all.send("GET", path).headers["etag"]):
            path, method, target, body = fresh()
            before = court.all.send("GET", path)
            asked = header.replace(tag_in(header), before.headers["etag"]) if tag_in(header) else header
            reply = court.all.send(method, target, body, If_Match=asked)
            after = court.all.send("GET", path)
            kept = after.content == before.content
            found = (reply.status < 300, reply.status, kept)
            court.expect(
                f"{name} If-Match: {asked}", found=found, wanted=(is_made, 204 if is_made else 412, not is_made)
            )
        path, method, target, body = fresh()
        old = court.all.send("GET", path).headers["etag"]
        court.all.send("PATCH", path, {"last_service_on": "2026-04-01"} if "inverters" in path else {"name": "changed"})
        reply = court.all.send(method, target, body, If_Match=old)
        court.expect(f"{name} after a change", found=reply.status, wanted=412)


def tag_in(header: str) -> str:
    """The opaque part of a real tag in a header, if there is one: 32 hexadecimal digits in quotes."""
    return next((f'"{part}"' for part in header.split('"') if len(part) == 32), "")


@promises("P16")
@pytest.mark.django_db(transaction=True)
def test_conditional_requests_follow_rfc_9110(court: Court, promise: Promise) -> None:
    for operation in READS:
        look_at_reads(court, operation)
    look_at_changes(court)
    look_after_a_change(court)
    right = court.cases - len(court.faults)
    figure = f"{right / court.cases:.1%} of {court.cases:,} cases on {len(READS)} addresses and 11 changes of records"
    promise("P16", "conditional requests follow RFC 9110", figure=figure, target="100 %")
    assert not court.faults, "\n".join(court.faults[:30])
    assert court.cases > 1000
