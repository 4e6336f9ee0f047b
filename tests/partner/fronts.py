"""A web worker's application for tests: the layer in front of Django, and Django behind it."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils import timezone

from config.desk.application import Application
from partner.api.front import SnapshotsFirst
from partner.memory import Memory

ROLLUP = "/partner/kpi-rollup?site_id=Sibaya"


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    def without(self, *names: str) -> tuple[int, dict[str, str], bytes]:
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return self.status, kept, self.body


class Caller:
    """Calls a WSGI application as a web server would, and knows whether Django was asked."""

    def __init__(self) -> None:
        self.django = Application()
        self.asked_django = 0
        self.memory = Memory()
        self.front = SnapshotsFirst(self._behind, memory=self.memory, keep_fresh=lambda: None)

    def _behind(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked_django += 1
        return self.django(environ, start_response)

    def get(self, target: str = ROLLUP, key: str = "", *, method: str = "GET", **headers: str) -> Got:
        return self._call(self.front, target, key, method, headers)

    def behind(self, target: str = ROLLUP, key: str = "", *, method: str = "GET", **headers: str) -> Got:
        """The documented view's answer."""
        return self._call(self.django, target, key, method, headers)

    def past_django(self, *args: Any, **more: Any) -> Got:
        """An answer that has to come from memory."""
        before = self.asked_django
        got = self.get(*args, **more)
        assert self.asked_django == before, got
        return got

    def refresh(self) -> None:
        self.memory.refresh(now=timezone.now())

    def _call(self, application: Any, target: str, key: str, method: str, headers: dict[str, str]) -> Got:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            **({"HTTP_X_API_KEY": key} if key else {}),
            **{name if name == "CONTENT_LENGTH" else f"HTTP_{name}": value for name, value in headers.items()},
        }
        found: list[Any] = []
        body = b"".join(application(environ, lambda status, sent, *_: found.extend([status, sent])))
        return Got(int(found[0][:3]), dict(found[1]), body)
