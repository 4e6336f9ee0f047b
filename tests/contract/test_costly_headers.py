"""No header takes long to read, whoever sends it: measured in time of the processor, past no test client [P1].

What Python, Django and we take headers apart with goes over them once; where it did not, a few kilobytes held a worker
for seconds.
"""

import time
from typing import Any

import pytest
from django.test import RequestFactory

from config.wsgi import application
from tests.contract.conftest import ids
from tests.factories.keys import make_api_key

__all__ = ["ids"]

SIZE, LONGEST = 16_000, 0.5  # bytes; seconds
PATTERNS = {
    "backslashes": '"' + "\\" * SIZE + '"',
    "escapes": '"' + "\\0" * (SIZE // 2) + '"',
    "escaped quotes": '\\"' * (SIZE // 2),
    "quotes": '"' * SIZE,
    "an open quote": 'a="' + ";" * SIZE,
    "semicolons": ";" * SIZE,
    "parameters": "a/b;" + 'a="b;c";' * (SIZE // 8),
    "commas": ", " * (SIZE // 2) + "x",
    "spaces": "x" + " " * SIZE + "x",
    "tags": '"a", ' * (SIZE // 5) + '"',
    "weak tags": 'W/"' * (SIZE // 3),
    "ranges": "a/b;q=0.1," * (SIZE // 10),
    "digits": "0." + "0" * SIZE,
    "letters": "a" * SIZE,
    "equals": "a=" * (SIZE // 2),
    "brackets": "(" * SIZE,
    "encoded words": "=?utf-8?q?a?=" * (SIZE // 13),
    "addresses": "1.2.3.4, " * (SIZE // 9),
    "not ASCII": "\xff" * SIZE,
}
HEADERS = (
    *(
        "ACCEPT",
        "ACCEPT_ENCODING",
        "ACCEPT_LANGUAGE",
        "AUTHORIZATION",
        "COOKIE",
        "X_API_KEY",
        "HOST",
        "ORIGIN",
        "REFERER",
    ),
    *("IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "PREFER", "IDEMPOTENCY_KEY", "X_REQUEST_ID", "RANGE"),
    *("X_FORWARDED_FOR", "CONTENT_ENCODING", "X_CSRFTOKEN", "USER_AGENT", "ACCESS_CONTROL_REQUEST_HEADERS"),
)
TARGETS = (
    ("GET", "/health"),
    ("GET", "/api/v1/assets/{asset_id}"),
    ("PATCH", "/api/v1/assets/{asset_id}"),
    ("POST", "/api/v1/assets"),
    ("GET", "/partner/kpi-rollup"),
    ("POST", "/admin/login/"),
)


def seconds(method: str, path: str, headers: dict[str, str]) -> float:
    """Of the processor, until it is answered; no answer is a fault of the server."""
    body = b'{"name": "x"}'
    environ: dict[str, Any] = RequestFactory().generic(method, path, body, "application/json").environ
    statuses: list[str] = []

    def start_response(status: str, *_rest: Any) -> None:
        statuses.append(status)

    began = time.thread_time()
    answer = application({**environ, "REMOTE_ADDR": "127.0.0.1", **headers}, start_response)
    b"".join(answer)
    getattr(answer, "close", lambda: None)()
    assert statuses[0] < "500", (method, path, statuses)
    return time.thread_time() - began


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.django_db(transaction=True)
def test_no_header_takes_long_to_read(pattern: str, ids: dict[str, str]) -> None:
    text, key = PATTERNS[pattern], make_api_key().text
    slow = {}
    for method, template in TARGETS:
        for name in (*HEADERS, "CONTENT_TYPE"):
            sent = {
                "COOKIE": f"sessionid={text}",
                "AUTHORIZATION": f"Bearer {text}",
                "CONTENT_TYPE": f"application/json; charset={text}",
            }.get(name, text)
            header = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
            took = seconds(method, template.format(**ids), {"HTTP_X_API_KEY": key, header: sent})
            if took > LONGEST:
                slow[method, template, name] = round(took, 2)
    assert slow == {}
