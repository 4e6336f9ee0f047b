"""The audit of what is locked never calls success what it has not looked up [P21]."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.embedded import BASE_DIR
from tests.granian import LOCALHOST

NOTHING_LISTENS = "http://127.0.0.1:9"
UNAUDITED = 75


@contextmanager
def database(holes: Mapping[str, str], *, status: int = 200) -> Iterator[dict[str, str]]:
    """The variables by which a database of advisories on loopback is asked, which knows these packages' holes."""

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer as osv.dev does."""
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            known = {"vulns": [{"id": holes[asked], "summary": "A hole.", "affected": []}]} if asked in holes else {}
            body = json.dumps(known).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer((LOCALHOST, 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = f"http://{LOCALHOST}:{server.server_port}/v1/query"
    none = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "")
    try:
        yield {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": asked, **none, "AUDIT_TIMEOUT": "5"}
    finally:
        server.shutdown()
        server.server_close()


def audit(locked: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What the script says of a lock: on a machine without a network, unless variables say where it may ask."""
    away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOTHING_LISTENS)
    return subprocess.run(
        [str(BASE_DIR / ".ci" / "audit"), str(locked)],
        env={**os.environ, **away, "NO_PROXY": "", "no_proxy": "", "AUDIT_TIMEOUT": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_audit_that_reaches_nothing_says_so_and_is_no_success() -> None:
    done = audit(BASE_DIR / "requirements.txt")
    assert done.returncode == UNAUDITED, done.stderr
    assert done.stdout.startswith("NOTHING WAS AUDITED")
    assert "No known" not in done.stdout + done.stderr


def test_an_audit_of_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    done = audit(tmp_path / "requirements.txt")
    assert done.returncode == 1, done.stdout
    assert "nothing was audited" in done.stdout


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A lock of two packages."""
    lock = tmp_path / "requirements.txt"
    lock.write_text("".join(f"{name} --hash=sha256:{'0' * 64}\n" for name in ("django==5.2.19", "celery==5.7.0")))
    return lock


def test_an_audit_that_finds_nothing_is_a_success_where_the_database_knows_holes(locked: Path) -> None:
    with database({"jinja2": "PYSEC-2014-8"}) as asked:
        done = audit(locked, **asked)
    assert (done.returncode, done.stdout) == (0, "2 of 2 locked packages were audited: 0 known holes.\n"), done.stderr


def test_a_known_hole_fails_and_is_named(locked: Path) -> None:
    with database({"jinja2": "PYSEC-2014-8", "celery": "PYSEC-2026-1"}) as asked:
        done = audit(locked, **asked)
    assert done.returncode == 1
    assert "celery: PYSEC-2026-1\n" in done.stdout


def test_a_database_that_knows_nothing_is_no_audit(locked: Path) -> None:
    """As mirrors are that hand on packages and no advisories."""
    with database({}) as asked:
        done = audit(locked, **asked)
    assert done.returncode == UNAUDITED
    assert "knows no holes" in done.stdout


def test_a_database_that_is_broken_is_no_audit(locked: Path) -> None:
    with database({}, status=503) as asked:
        done = audit(locked, **asked)
    assert done.returncode == UNAUDITED, done.stdout
    assert done.stdout.startswith("NOTHING WAS AUDITED")
