"""P1, P2, P18: ten thousand hostile requests to a real web server: no 5xx, no page, no long or slow answer, no leak."""

import json
import os
import re
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import pytest

from sites.models import Site
from tests.conformance import verify
from tests.contract.conftest import ids
from tests.contract.generated import LONGEST_ERROR, LONGEST_TIME, Answered
from tests.contract.operations import OURS, WITH_CONTENT, Operation
from tests.contract.refusals import faults_of
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.sites import add_inverter, add_site
from tests.granian import LOCALHOST, RawAnswer, Server, read_answer, request, running_server
from tests.trust.conftest import Promise, promises
from tests.trust.hostile_requests import MEDIA, Sender, requests

__all__ = ["ids"]

TOTAL = int(os.environ.get("LEITSTAND_TRUST_REQUESTS", "10000"))
SEED = int(os.environ.get("LEITSTAND_TRUST_SEED", "1"))
WARM = 0.3  # the share after which memory is looked at for the first time: every kind of body has been there
GROWTH = 0.10
# What the web server itself refuses, because it is no HTTP that could be handed on, has no body.
ITS_OWN = (400, 413, 414, 431)
LINE = re.compile(rb"([A-Z]+) (/[^?# \\]*)[^# ]* HTTP/1\.1\r\n")


@dataclass
class Seen:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slow: list[bytes] = field(default_factory=list)
    longest: int = 0  # bytes of an error
    refusals: int = 0  # 4xx that Leitstand answered, rather than the web server in front of it
    indices: int = 0  # places with an index, which lead to what was sent

    def note(self, sent: bytes, answer: RawAnswer, seconds: float) -> None:
        self.statuses[answer.status] += 1
        if seconds > LONGEST_TIME:
            self.slow.append(sent)
        if answer.status >= 400:
            self.longest = max(self.longest, len(answer.body))
        if answer.status >= 400 and answer.body:
            self.refusals += 1
            self.indices += bool(re.search(rb'"loc": ?\["body",[^]]*\d+[,\]]', answer.body))
        if fault := _fault(sent, answer):
            self.faults.append(f"{fault}: {answer.status} {answer.body[:200]!r} to {sent[:300]!r}")


def _fault(sent: bytes, answer: RawAnswer) -> str | None:
    """What is wrong with an answer, if anything."""
    line = LINE.match(sent)
    method, path = (line[1].decode(), unquote(line[2].decode())) if line else ("", "")
    if answer.status == 0:
        return "no answer"
    if answer.status >= 500 and path != "/health/ready":  # it says what is missing: here, the workers
        return "a server's error"
    if "html" in answer.headers.get("content-type", "") and (line or answer.body):
        return "a page"
    if not answer.body and (answer.status in ITS_OWN or not line):
        return None
    if not line:  # what is no request of HTTP/1.1 may be answered as whatever it was taken for
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return None if is_json or answer.status < 400 else "no JSON"
    return _undocumented(method, path, sent, answer)


def _undocumented(method: str, path: str, sent: bytes, answer: RawAnswer) -> str | None:
    """What differs from the document, or from the one shape of refusals."""
    if 400 <= answer.status < 500 and method != "HEAD":
        head, _, body = sent.partition(b"\r\n\r\n")
        content = body if b"Content-Type: application/json" in head else b""  # rows are named by their lines
        if faults := faults_of(path, answer.status, answer.headers, answer.body, sent=content):
            return f"another shape: {faults}"
    try:
        verify(Answered({"REQUEST_METHOD": method, "PATH_INFO": path}, answer.status, answer.headers, answer.body))  # type: ignore[arg-type]
    except (AssertionError, KeyError, ValueError) as error:
        return f"{error!r:.500}"
    return None


def memory(port: int) -> int:
    """Bytes that the processes of the web server on this port hold for themselves."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _is_of(entry, port):
            found = re.search(r"^Pss:\s+(\d+) kB", (entry / "smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) * 1024 if found else 0
    return total


def _is_of(entry: Path, port: int) -> bool:
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
        parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
        own = b"granian" in words and str(port).encode() in words
        # its workers are spawned: their own command lines say nothing of it
        above = Path("/proc") / parent[1] / "cmdline" if parent else None
        return own or bool(above and b"granian" in (up := above.read_bytes().split(b"\0")) and str(port).encode() in up)
    except OSError:
        return False


def send(server: Server, content: bytes) -> tuple[RawAnswer, float]:
    """The answer and its seconds; no answer where the server closed the connection."""
    began = time.monotonic()
    try:
        answer = server.send(content, patience=60)
    except (ConnectionError, IndexError, ValueError):
        answer = RawAnswer(0, {}, b"")
    return answer, time.monotonic() - began


@pytest.fixture
def sender(ids: dict[str, str]) -> Sender:
    partner = make_partner_key(Site.objects.get(pk=ids["site_id"])).text
    return Sender({"api": make_api_key().text, "partner": partner}, ids)


@pytest.fixture
def lost(ids: dict[str, str]) -> dict[str, str]:
    """Records that nothing else needs."""
    site = add_site(code="LOST")
    inverter = add_inverter(site, make_asset(code="LOST").pk)
    return {**ids, "asset_id": make_asset(code="LOST").pk, "site_id": site.pk, "inverter_id": inverter.pk}


@promises("P1")
@pytest.mark.django_db(transaction=True)
def test_what_is_cut_off_is_not_taken_for_the_whole(sender: Sender, tmp_path: Path, promise: Promise) -> None:
    """A client that goes away in the middle of a body that would be valid so far: nothing of it is written."""
    reads = [one.address(sender.ids) for one in OURS if one.method == "GET"]
    asked = [request("GET", path, f"X-API-Key: {sender.keys['api']}") for path in reads]
    statuses: Counter[int] = Counter()
    with running_server(tmp_path) as server:
        before = [server.send(one, patience=60).body for one in asked]
        for operation in WITH_CONTENT:
            for content, media in bodies_of(operation):
                for share in (0.5, 1.0):
                    sent = content[: int(len(content) * share)]
                    lines = (f"Content-Length: {len(content) + 50}", f"Content-Type: {media}")
                    whole = sender.bytes_of(operation, operation.path(sender.ids), *lines, content=sent)
                    statuses[cut_off(server, whole)] += 1
        after = [server.send(one, patience=60).body for one in asked]
    changed = [path for path, old, new in zip(reads, before, after, strict=True) if old != new]
    figure = f"{len(changed)} addresses changed, {sum(statuses[one] for one in statuses if one >= 500)} 5xx"
    promise("P1", f"{statuses.total()} bodies cut off by their clients", figure=figure, target="0 and 0")
    assert changed == []
    assert max(statuses) < 500


def bodies_of(operation: Operation) -> list[tuple[bytes, str]]:
    """What the operation takes, in each media type; what takes nothing is sent an empty object."""
    whole = b"{}" if operation.example is None else json.dumps(operation.example).encode()
    return [(whole, MEDIA), *((content, media) for media, content in operation.examples_of_rows.items())]


def cut_off(server: Server, content: bytes) -> int:
    """The status, if any is answered, to a client that sends so much, says no more and listens."""
    with socket.create_connection((LOCALHOST, server.port), timeout=30) as wire:
        wire.sendall(content)
        wire.shutdown(socket.SHUT_WR)
        try:
            return read_answer(wire).status
        except OSError:
            return 0


@promises("P1", "P2", "P18")
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_hostile_requests_do_no_harm(
    sender: Sender, lost: dict[str, str], tmp_path: Path, promise: Promise
) -> None:
    seen = Seen()
    held: list[int] = []
    with running_server(tmp_path) as server:
        for number, content in enumerate(islice(requests(sender, lost, seed=SEED), TOTAL)):
            if number == int(TOTAL * WARM):
                held.append(memory(server.port))
            seen.note(content, *send(server, content))
        held.append(memory(server.port))
        slow = [one[:300] for one in seen.slow if all(send(server, one)[1] > LONGEST_TIME for _ in range(3))]
    growth = held[-1] / held[0] - 1
    server_errors = sum(count for status, count in seen.statuses.items() if status >= 500 and status != 503)
    figure = f"{server_errors} 5xx, {len(seen.faults)} other than documented, {len(slow)} slower than 1 s of {TOTAL:,}"
    promise("P1", "no hostile request makes a 5xx or a page", figure=figure, target="0 of 10,000")
    figure = f"{seen.refusals:,} refusals, {seen.indices:,} of them with indices, {len(seen.faults)} of another shape"
    promise("P2", "errors have one shape and say where", figure=figure, target="100 %")
    figure = f"{held[0] / 1e6:.0f} MB after {WARM:.0%}, {growth:+.1%} at the end; longest error {seen.longest:,} bytes"
    promise("P18", "memory is bounded", figure=figure, target="< 10 %, errors up to 100,000 bytes")
    print(dict(sorted(seen.statuses.items())), len(seen.slow))  # noqa: T201
    assert not seen.faults, "\n".join(seen.faults[:20])
    assert (server_errors, slow) == (0, [])
    assert seen.indices > TOTAL // 100
    assert seen.longest <= LONGEST_ERROR
    assert growth < GROWTH
