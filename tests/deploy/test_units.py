"""The programs of deploy/systemd, started as their units say, on this machine's own servers [P21]."""

import configparser
import json
import os
import pwd
import shlex
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.config.test_deploy_check import given_in_example
from tests.deploy.databases import database_url
from tests.deploy.proxies import DEPLOY, configuration, free_port, running
from tests.granian import LOCALHOST, Server, request

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED = "/opt/leitstand"
SAYS = {
    "leitstand-web@": "Started worker-2",
    "leitstand-worker": "ready.",
    "leitstand-beat": "beat: Starting...",
    "leitstand-ingest": "",
}
HTTPS = ("X-Forwarded-Proto: https",)


def service(unit: Path) -> dict[str, list[str]]:
    """What a unit's [Service] says, by name; a name may come more than once."""
    _, _, section = unit.read_text().partition("[Service]\n")
    pairs = [line.split("=", 1) for line in section.partition("\n[")[0].splitlines() if "=" in line and line[0] != "#"]
    return {name: [text for other, text in pairs if other == name] for name, _ in pairs}


def credentials(unit: Path, folder: Path) -> Path:
    """The folder that systemd makes of LoadCredential, for %d."""
    for loaded in service(unit)["LoadCredential"]:
        (folder / loaded.partition(":")[0]).write_text("0123456789abcdefghijABCDEFGHIJ-_0123456789abcdefghij=+\n")
    return folder


def environment_of(unit: Path, folder: Path) -> dict[str, str]:
    """The environment that systemd would give it, with the tests' own servers in place of the example's."""
    own = " ".join(service(unit)["Environment"]).replace("%d", str(credentials(unit, folder)))
    given = {**given_in_example(), **dict(pair.split("=", 1) for pair in shlex.split(own))}
    servers = {
        "DATABASE_URL": database_url(str(connection.settings_dict["NAME"])),
        "REDIS_URL": settings.REDIS_URL,
        "LEITSTAND_DATA_DIR": str(folder / "data"),
    }
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**inherited, **given, **servers}


@contextmanager
def started(unit: Path, folder: Path, *, instance: str = "") -> Iterator[Child]:
    """What the unit's ExecStart starts; it ends on SIGTERM in time."""
    stated = service(unit)
    (line,) = stated["ExecStart"]
    argv = shlex.split(line.replace(INSTALLED, str(BASE_DIR)).replace("%i", instance))
    program = Program(
        name=unit.stem,
        argv=argv,
        log=folder / f"{unit.stem}{instance}.log",
        cwd=BASE_DIR,
        environment=environment_of(unit, folder),
        patience=float(stated["TimeoutStopSec"][0]),
    )
    child = Child(program)
    try:
        yield child
    finally:
        assert child.stop(), child.last_words()


def has_said(child: Child, words: str) -> bool:
    return words in child.program.log.read_text()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_starts_what_it_says(unit: Path, tmp_path: Path) -> None:
    with started(unit, tmp_path, instance=str(free_port())) as child:
        wait_for(child, until=lambda: has_said(child, SAYS[unit.stem]), patience=60)
        time.sleep(1)  # what cannot run ends at once, or says so
        assert child.is_running
        assert "Traceback" not in child.program.log.read_text()


def test_units_and_target_name_each_other() -> None:
    """The target starts all, and each is started with it, has its secrets from files and little else."""
    target = configparser.ConfigParser(interpolation=None)
    target.read(DEPLOY / "systemd" / "leitstand.target")
    wanted = {name.partition("@")[0].removesuffix(".service") for name in target["Unit"]["Wants"].split()}
    assert wanted == {unit.stem.removesuffix("@") for unit in UNITS} == {name.removesuffix("@") for name in SAYS}
    for unit in UNITS:
        stated, text = service(unit), unit.read_text()
        assert "PartOf=leitstand.target" in text
        assert "SECRET_KEY=" not in text
        assert stated["User"] == ["leitstand"]
        assert stated["ProtectSystem"] == ["strict"]


@pytest.mark.django_db(transaction=True)
def test_the_shipped_configuration_serves_https_in_front_of_both_web_units(tmp_path: Path) -> None:
    """leitstand.conf itself, with other ports and a certificate made for it; every answer is for browsers' safety."""
    make_certificate(tmp_path)
    plain, tls, first, second = (free_port() for _ in range(4))
    text = (DEPLOY / "nginx" / "leitstand.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443": f"listen 127.0.0.1:{tls}",
        ":8001": f":{first}",
        ":8002": f":{second}",
        "/etc/ssl/leitstand": str(tmp_path),
        "include leitstand-": f"include {DEPLOY}/nginx/leitstand-",
        "/var/log/nginx": str(tmp_path),
    }.items():
        assert old in text
        text = text.replace(old, new)
    (web,) = [unit for unit in UNITS if unit.stem == "leitstand-web@"]
    with (
        running(tmp_path, configuration(tmp_path, text), plain),
        started(web, tmp_path, instance=str(first)) as child,
    ):
        wait_for(child, until=lambda: is_healthy(first), patience=60)
        moved = Server(plain).send(request("GET", "/admin/login/", host="desk.example"))
        assert (moved.status, moved.headers["location"]) == (301, "https://desk.example/admin/login/")
        for path in ("/api/v1/assets", "/partner/kpi-rollup"):
            refused = Server(plain).send(request("GET", path, host="desk.example"))
            assert (refused.status, "HTTPS alone" in json.loads(refused.body)["detail"]) == (403, True)
        for path, status in (
            ("/health", 200),
            ("/api/v1/assets", 401),
            ("/partner/kpi-rollup", 401),
            ("/nowhere", 404),
        ):
            answer = over_tls(tls, path, tmp_path)
            assert answer.startswith(f"HTTP/1.1 {status} "), answer
            lowered = answer.lower()
            for header in ("strict-transport-security: max-age=31536000", "x-content-type-options: nosniff"):
                assert lowered.count(header) == 1, answer
            for header in ("referrer-policy: same-origin", "permissions-policy: "):
                assert lowered.count(header) == 1, answer


def is_healthy(port: int) -> bool:
    try:
        answer = Server(port).send(request("GET", "/health", *HTTPS, host="desk.example"))
    except OSError:
        return False
    return answer.status == 200


def test_manage_runs_with_the_variables_and_secrets_of_the_units(tmp_path: Path) -> None:
    """deploy/leitstand-manage: what it is given is what the units are given, as their account."""
    credentials(UNITS[0], tmp_path)
    (tmp_path / "environment").write_text((DEPLOY / "environment.example").read_text())
    account = pwd.getpwuid(os.getuid()).pw_name
    places = {"LEITSTAND_ETC": str(tmp_path), "LEITSTAND_HOME": str(BASE_DIR), "LEITSTAND_ACCOUNT": account}
    ask = "from django.conf import settings as s; print(s.HTTPS, s.ALLOWED_HOSTS, s.KEY_PEPPER, s.DATABASES)"
    done = subprocess.run(
        [str(DEPLOY / "leitstand-manage"), "shell", "--no-imports", "--command", ask],
        env={"PATH": os.environ["PATH"], **places},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True ['desk.example'] 0123456789abcdefghij")
    assert "/var/run/postgresql" in done.stdout


def make_certificate(folder: Path) -> None:
    """A certificate for desk.example that signs itself, or a skip that says what is missing."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on PATH; on Debian: apt-get install openssl")
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    named = "-subj /CN=desk.example -addext subjectAltName=DNS:desk.example -keyout key.pem -out fullchain.pem"
    subprocess.run(
        [*made.split(), *named.split()],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def over_tls(port: int, path: str, folder: Path) -> str:
    """The whole answer to a GET, over a connection whose certificate is believed."""
    context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    with (
        socket.create_connection((LOCALHOST, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="desk.example") as wire,
    ):
        wire.sendall(request("GET", path, host="desk.example"))
        received = b""
        while more := wire.recv(65536):
            received += more
    return received.decode()
