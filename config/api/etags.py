"""Entity tags of the Asset Service: what makes one, and what a client may do with it (RFC 9110) [C13]."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from pydantic import BaseModel
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from config.api.conditional import match_fails, none_match_fails
from config.api.queries import Query

CACHING = "private, no-cache"
VARIES_BY = ("Authorization", "X-API-Key", "Cookie", "Accept")


class PreconditionFailed(APIException):
    """It was changed meanwhile."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "It was changed meanwhile: its ETag is not the one that If-Match names."


def tag_of(content: bytes) -> str:
    """The tag of an answer that is made anyhow."""
    return f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def tag_of_list(
    request: Request,
    query: Query,
    *,
    owner_ids: Collection[str],
    revisions: Sequence[tuple[str, int]],
    more: Any = None,
) -> str:
    """The tag of a list of periods, made of what was asked, for whom, and the revisions that it covers.

    Read the revisions before the list: a tag may then be older than its list, and is never newer.
    """
    media = getattr(request, "accepted_media_type", None)
    asked = query.model_dump(mode="json", by_alias=True)
    covered = [request.path, asked, media, sorted(owner_ids), revisions, more]
    return tag_of(json.dumps(covered, sort_keys=True, default=str).encode())


def unless_matched(request: Request, tag: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """304 for a client that has what the tag names, else the answer, made now."""
    if none_match_fails(request.headers.get("If-None-Match"), tag):
        answer = HttpResponse(status=304)
        del answer["Content-Type"]
    else:
        answer = make()
    answer["ETag"] = tag
    return answer


def conditional(request: Request, answer: HttpResponse) -> HttpResponse:
    """A GET's answer with its tag and caching headers, or 304 in its place."""
    if request.method not in ("GET", "HEAD") or answer.status_code not in (200, 304):
        return answer
    if "ETag" not in answer and not answer.streaming:
        whole, link = answer, answer.get("Link")
        answer = unless_matched(request, tag_of(answer.content + (link or "").encode()), lambda: whole)
    answer["Cache-Control"] = CACHING
    patch_vary_headers(answer, VARIES_BY)
    return answer


@contextmanager
def if_match(request: Request, read: Callable[[], BaseModel]) -> Iterator[None]:
    """Do what is in the block only if the record is still the one whose tag If-Match names, else 412.

    `read` answers the record's body and locks it. The block runs first: what would be 404 or 409 is said before [C3].
    """
    header = request.headers.get("If-Match")
    if header is None:
        yield
        return
    with transaction.atomic():
        tag = tag_of(read().model_dump_json(by_alias=True).encode())
        yield
        if match_fails(header, tag):
            raise PreconditionFailed
