"""Pages of lists: limit and offset, or a cursor that does not grow slower with depth; never a COUNT [C5]."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from django.core import signing
from django.db.models import Model, QuerySet
from django.http.response import HttpResponseBase
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from rest_framework.request import Request

from config.api.queries import Query
from config.api.values import parse_count
from config.errors import Fault, InvalidError

LARGEST_OFFSET = 2**62
# Without a time: the same page has the same Link, and so the same ETag.
_signer = signing.Signer(salt="leitstand.cursor")

Row = TypeVar("Row", bound=Model)


class PageQuery(Query):
    """The page of a list. `cursor` comes out of the Link header of the page before and excludes `offset`."""

    limit: Annotated[
        int, Field(ge=1, le=1000, description="How many items a page has at most."), BeforeValidator(parse_count)
    ] = 50
    offset: Annotated[
        int, Field(ge=0, le=LARGEST_OFFSET, description="How many items to leave out."), BeforeValidator(parse_count)
    ] = 0
    cursor: Annotated[str | None, Field(max_length=2000, description="From the Link header of the page before.")] = None

    @model_validator(mode="after")
    def _cursor_or_offset(self) -> "PageQuery":
        if self.cursor is not None and "offset" in self.model_fields_set:
            raise PydanticCustomError("cursor_or_offset", "cursor and offset exclude each other")
        return self


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for: from an offset, or after the key of the last item seen."""

    limit: int
    offset: int | None
    after: tuple[Any, ...] | None


def page_of(request: Request, query: PageQuery) -> Page:
    """The page that a query asks for; a cursor that is made up or of another query is InvalidError."""
    if query.cursor is None:
        return Page(limit=query.limit, offset=query.offset, after=None)
    try:
        filters, key = _signer.unsign_object(query.cursor)
    except (signing.BadSignature, ValueError, TypeError):
        filters, key = None, ()
    if filters != _filters(request, query):
        fault = Fault(("query", "cursor"), "The cursor is not one that this list with these filters gave", "cursor")
        raise InvalidError([fault])
    return Page(limit=query.limit, offset=None, after=tuple(key))


def link_next(request: Request, query: PageQuery, answer: HttpResponseBase, *, last_key: Sequence[Any] | None) -> None:
    """Add the Link header to the page after the one that ends with this key; None: nothing follows."""
    if last_key is None:
        return
    cursor = _signer.sign_object([_filters(request, query), list(last_key)], compress=True)
    asked = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name not in ("offset", "cursor")]
    address = request.build_absolute_uri(f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}")
    answer["Link"] = f'<{address}>; rel="next"'


def _filters(request: Request, query: PageQuery) -> str:
    """A digest of what a list was asked for, without its page."""
    said = query.model_dump(mode="json", exclude={"limit", "offset", "cursor"}, exclude_none=True)
    text = json.dumps([request.path, said], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def records_of(page: Page, found: QuerySet[Row], *, key: str = "id") -> tuple[list[Row], bool]:
    """The page's records in the order of their key (`-key`: descending), and whether more follow."""
    start = page.offset or 0
    if page.after is not None:
        beyond = f"{key[1:]}__lt" if key.startswith("-") else f"{key}__gt"
        found = found.filter(**{beyond: page.after[0]})
    rows = list(found.order_by(key)[start : start + page.limit + 1])
    return rows[: page.limit], len(rows) > page.limit
