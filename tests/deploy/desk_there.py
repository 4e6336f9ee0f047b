"""A desk on a machine of its own, as its reader set it up: what is typed there, and what it answers over TLS."""

import json
import os
import pty
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlencode

from tests.deploy import page
from tests.deploy.machines import Machine
from tests.granian import LOCALHOST

NAME: Final = "desk.test"
CERTIFICATES: Final = "etc/ssl/leitstand"
OPERATOR, PASSWORD = "anna", "quarter-hours-in-spring"
PROMPTS: Final = {"createsuperuser": ("Username", "Email", "Password:", "Password (again)")}
SEED: Final = """
from django.conf import settings
from django.utils import timezone
from config.desk.demo import seeding
settings.DEMO, seeding.records_held = True, list
print(seeding.seed(now=timezone.now()))
"""
MADE: Final = (
    f"mkdir --parents /{CERTIFICATES} && cd /{CERTIFICATES} && "
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
    f"-subj /CN={NAME} -addext subjectAltName=DNS:{NAME} -keyout key.pem -out fullchain.pem"
)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Wire(HTTPSConnection):
    """A connection to the machine whose network this thread is in, by the machine's name."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(NAME, timeout=30)
        self.trusting = context

    def connect(self) -> None:
        """To nginx, whose certificate has to be for this name."""
        plain = socket.create_connection((LOCALHOST, 443), timeout=30)
        self.sock = self.trusting.wrap_socket(plain, server_hostname=NAME)


class DeskThere:
    """Counts what was typed and what was asked."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.steps = self.answers = 0
        self.key = self.partner_key = ""
        self.operators = 0

    def make_certificate(self) -> None:
        """What its reader has already."""
        self.machine.run(MADE)

    def seed(self) -> None:
        """A fleet to ask for: the demo's, beside the operator who is there already."""
        self.machine.run("leitstand-manage shell --no-imports", input=SEED)

    def commands(self, heading: str) -> list[str]:
        """What the page says under a heading."""
        return page.commands(heading, name=NAME)

    def follow(self, heading: str) -> None:
        """Type all that the page says under a heading."""
        for command in self.commands(heading):
            self.type(command)

    def type(self, command: str) -> None:
        """Type one command, and answer what it asks; keys that it prints are kept."""
        asks = [prompts for program, prompts in PROMPTS.items() if program in command]
        said = self._converse(command, asks[0]) if asks else self.machine.run(command)
        if "issue_key" in command:
            self.key = said.strip()
        if "issue_partner_key" in command:
            self.partner_key = said.strip()
        self.steps += 1

    def wire(self) -> Wire:
        """A new connection."""
        return Wire(ssl.create_default_context(cafile=str(self.machine.root / CERTIFICATES / "fullchain.pem")))

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """The answer to a request with the key for this address; headers are written with underscores."""
        key = self.partner_key if path.startswith("/partner") else self.key
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        kind = {"Content-Type": "application/json"} if body else {}
        wire = self.wire()
        wire.request(method, path, body=body, headers={**({"X-API-Key": key} if key else {}), **kind, **named})
        answer = wire.getresponse()
        found = Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        cookies = answer.headers.get_all("Set-Cookie") or []
        found.headers["cookie"] = "; ".join(one.partition(";")[0] for one in cookies)
        wire.close()
        self.answers += 1
        assert found.headers["x-content-type-options"] == "nosniff"
        assert "permissions-policy" in found.headers
        return found

    def sign_in(self) -> str:
        """Where the operator is led who was made with the page's command."""
        login = self.ask("GET", "/admin/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login.body.decode())
        assert token
        form = {"csrfmiddlewaretoken": token[1], "username": OPERATOR, "password": PASSWORD, "next": "/admin/"}
        sent = {"Cookie": login.headers["cookie"], "Referer": f"https://{NAME}/admin/login/"}
        urlencoded = "application/x-www-form-urlencoded"
        done = self.ask("POST", "/admin/login/", urlencode(form).encode(), Content_Type=urlencoded, **sent)
        return done.headers.get("location", f"{done.status}")

    def some_asset(self) -> str:
        """The id of an asset of the fleet."""
        return str(self.ask("GET", "/api/v1/assets").json()["assets"][0]["id"])

    def essence(self, path: str) -> tuple[int, str, bytes]:
        """All of an answer that is not of the moment."""
        answer = self.ask("GET", path)
        return answer.status, answer.headers["etag"], answer.body

    def wait_for(self, path: str, words: str, *, patience: float = 120) -> Answer:
        """The answer that has these words in it; it is asked for until it has."""
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = self.ask("GET", path)
            except (OSError, HTTPException) as error:
                answer = Answer(0, {}, str(error).encode())
            if answer.status == 200 and words in answer.body.decode():
                return answer
            assert time.monotonic() < deadline, f"{path} has no {words}: {answer}\n{self.logged()[-20:]}"
            time.sleep(1)

    def logged(self) -> Sequence[str]:
        """The lines of all processes of the desk."""
        said = self.machine.run("journalctl --unit 'leitstand-*' --output json --no-pager").splitlines()
        return [one["MESSAGE"] for one in map(json.loads, said) if one.get("_PID") != "1" and "MESSAGE" in one]

    def _converse(self, command: str, prompts: Sequence[str]) -> str:
        """Run a command that asks, on a terminal, as it is typed."""
        self.operators += 1
        name = OPERATOR if self.operators == 1 else f"{OPERATOR}{self.operators}"
        answers = (name, f"{name}@{NAME}", PASSWORD, PASSWORD)
        ours, theirs = pty.openpty()
        running = subprocess.Popen(self.machine.argv(command), stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        said = ""
        try:
            for prompt, answer in zip(prompts, answers, strict=True):
                while prompt not in said:
                    said += os.read(ours, 4096).decode()
                said = said.partition(prompt)[2]
                os.write(ours, f"{answer}\n".encode())
            assert running.wait(60) == 0, f"{command} ends with {running.returncode}: {said}"
        finally:
            running.kill()
            running.wait()
            os.close(ours)
        return said
