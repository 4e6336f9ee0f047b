"""Bodies and answers of rows for tests."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpResponse

from tests.clients import Api, read
from tests.conformance import content_of

NDJSON: Final = "application/x-ndjson"
CSV: Final = "text/csv"


def ndjson(*items: Mapping[str, Any]) -> bytes:
    """A line for each item."""
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def csv_text(*items: Mapping[str, Any]) -> bytes:
    """A header of the first item's fields, and a row for each."""
    rows = [dict(_cells(item)) for item in items]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _cells(item: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = []
    for name, value in item.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        found += [(f"{name}.{part}" if part else name, cell) for part, cell in parts]
    return found


WRITTEN: Final = {NDJSON: ndjson, CSV: csv_text}


def send_rows(api: Api, method: str, path: str, content: bytes, media: str = NDJSON, **headers: str) -> HttpResponse:
    """The answer to a body of rows; headers are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.send(method, path, content=content, content_type=media, headers=named)


def counts(api: Api, path: str, content: bytes, media: str = NDJSON) -> tuple[int, int, int]:
    """How many rows a PUT has inserted, updated and left as they were."""
    answer = read(send_rows(api, "PUT", path, content, media, Prefer="return=representation"))
    return answer["inserted"], answer["updated"], answer["unchanged"]


def places(answer: HttpResponse) -> list[tuple[int | str, ...]]:
    """Where the faults of a refusal are, below `body`."""
    faults = read(answer, 422)["detail"]
    assert all(fault["loc"][0] == "body" for fault in faults)
    return [tuple(fault["loc"][1:]) for fault in faults]


def listed(api: Api, path: str, media: str = NDJSON) -> list[dict[str, Any]]:
    """The rows that a GET answers."""
    answer = api.get(path, Accept=media)
    content = content_of(answer).decode()
    assert answer.status_code == 200, content
    assert answer["Content-Type"].partition(";")[0] == media
    assert int(answer["Content-Length"]) == len(content.encode())
    if media == NDJSON:
        return [json.loads(line) for line in content.splitlines()]
    assert not content or content.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def flat(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Items of a JSON list as CSV shows them."""
    return [{name: "" if value is None else value for name, value in _cells(item)} for item in items]
