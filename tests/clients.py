"""A client of the Asset Service; tests/conftest.py holds what it is answered against the OpenAPI document."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.test import Client

from tests.conformance import JSON
from tests.factories.keys import bearer

BASE: Final = "/api/v1"
NOTHING: Final = object()


class Api:
    """A client with headers of its own: `Api(bearer("assets:read"))`, or without any."""

    def __init__(self, headers: Mapping[str, str] | None = None, *, client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = dict(headers or {})

    @classmethod
    def with_key(cls, *scopes: str, **bounds: Collection[str]) -> "Api":
        """A client with a key of these scopes, or of all, bound to what is given."""
        return cls(bearer(*scopes, **bounds))

    def send(
        self,
        method: str,
        path: str,
        body: Any = NOTHING,
        *,
        content: bytes | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """The answer to a request to a path below /api/v1, with a body as JSON or with this content as it is."""
        if body is not NOTHING:
            content = json.dumps(body).encode()
        sent = {} if content is None else {"Content-Type": content_type, "Content-Length": str(len(content))}
        sent |= {**self.headers, **(headers or {})}
        answer: Any = self.client.generic(method, f"{BASE}{path}", content or b"", headers=sent)
        return answer  # type: ignore[no-any-return]

    def get(self, path: str, **headers: str) -> HttpResponse:
        """GET; headers are written with underscores."""
        return self.send("GET", path, headers=_dashed(headers))

    def post(self, path: str, body: Any = NOTHING, **headers: str) -> HttpResponse:
        """POST, with a body or without one."""
        return self.send("POST", path, body, headers=_dashed(headers))

    def put(self, path: str, body: Any, **headers: str) -> HttpResponse:
        """PUT."""
        return self.send("PUT", path, body, headers=_dashed(headers))

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        """PATCH."""
        return self.send("PATCH", path, body, headers=_dashed(headers))

    def delete(self, path: str, **headers: str) -> HttpResponse:
        """DELETE."""
        return self.send("DELETE", path, headers=_dashed(headers))


def read(answer: HttpResponse, status: int = 200) -> Any:
    """The JSON of an answer, which has to have this status."""
    assert answer.status_code == status, answer.content[:1000]
    return json.loads(answer.content) if answer.content else None


def next_page(answer: HttpResponse) -> str | None:
    """The path below /api/v1 that the Link header of a list names for its next page, if any [C5]."""
    if "Link" not in answer:
        return None
    match = re.fullmatch(r'<http://testserver/api/v1(/[^<>\s]+)>; rel="next"', answer["Link"])
    assert match, answer["Link"]
    return match[1]


def detail_of(answer: HttpResponse, status: int) -> str:
    """The sentence of a refusal, which has to have this status."""
    detail = read(answer, status)["detail"]
    assert isinstance(detail, str)
    return detail


def faults_of(answer: HttpResponse) -> list[tuple[tuple[str | int, ...], str]]:
    """Place and kind of each fault of a refusal, which has to be 422."""
    return [(tuple(fault["loc"]), fault["type"]) for fault in read(answer, 422)["detail"]]


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
