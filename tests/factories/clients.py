"""Clients of the Asset Service for tests."""

import json
from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.conformance import verify
from tests.factories.keys import bearer


class ApiClient:
    """A client with a key of its own, for these scopes or for all, bound to these assets if any are given.

    Its every answer is held against the OpenAPI document.
    """

    def __init__(self, *scopes: str, **bounds: Collection[str]) -> None:
        self.client = Client(headers=bearer(*scopes, **bounds))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send JSON to a path of /api/v1; headers are written with underscores."""
        data, kind = ("", "") if body is None else (json.dumps(body), "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Any = self.client.generic(method, f"/api/v1{path}", data, kind, headers=named)
        verify(answer)
        return answer  # type: ignore[no-any-return]

    def get(self, path: str) -> Any:
        """What a GET answers, which has to be 200."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    def represented(self, method: str, path: str, body: Any) -> Any:
        """What a write answers to `Prefer: return=representation`, which has to be 200."""
        answer = self.call(method, path, body, Prefer="return=representation")
        assert answer.status_code == 200, answer.content
        assert answer["Preference-Applied"] == "return=representation"
        return json.loads(answer.content)

    def faults(self, method: str, path: str, body: Any = None) -> list[tuple[list[str | int], str]]:
        """Place and sentence of each fault that a request is refused for, which has to be by 422."""
        answer = self.call(method, path, body)
        assert answer.status_code == 422, answer.content
        return [(fault["loc"], fault["msg"]) for fault in json.loads(answer.content)["detail"]]

    def refusal(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and sentence of a refusal that is no 422."""
        answer = self.call(method, path, body)
        return answer.status_code, json.loads(answer.content)["detail"]
