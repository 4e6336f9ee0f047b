"""How the model talks to the desk: batches in each media type, lists page by page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from hypothesis import strategies as st

from tests.clients import Api, next_page, read
from tests.conformance import JSON, content_of
from tests.factories.rows import CSV, NDJSON, csv_text, ndjson

medias = st.sampled_from([JSON, NDJSON, CSV])
PREFER = {"Prefer": "return=representation"}


def send(api: Api, method: str, path: str, field: str, items: Sequence[Mapping[str, Any]], media: str) -> HttpResponse:
    """The answer to a batch; what is None is left out, or null, or an empty cell."""
    if media == JSON:
        return api.send(method, path, {field: list(items)}, headers=PREFER)
    cells = [{name: "" if value is None else value for name, value in item.items()} for item in items]
    rows = [
        {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()} for row in cells
    ]
    content = ndjson(*items) if media == NDJSON else csv_text(*rows)
    return api.send(method, path, content=content, content_type=media, headers=PREFER)


def places(answer: HttpResponse, media: str) -> list[int]:
    """The places in the batch of the items that a refusal names, in its order."""
    locs = [fault["loc"] for fault in read(answer, 422)["detail"]]
    return [loc[2] if media == JSON else loc[1] - (1 if media == NDJSON else 2) for loc in locs]


def listed(api: Api, path: str, field: str, *, limit: int, rows: bool) -> list[dict[str, Any]]:
    """All items of a list, page by page, as JSON or as rows of NDJSON."""
    page: str | None = f"{path}&limit={limit}"
    found: list[dict[str, Any]] = []
    while page:
        answer = api.get(page, Accept=NDJSON if rows else JSON)
        assert answer.status_code == 200, answer
        content = content_of(answer)
        items = [json.loads(line) for line in content.splitlines()] if rows else json.loads(content)[field]
        assert len(items) <= limit
        found += items
        page = next_page(answer)
    return found
