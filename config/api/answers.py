"""Answers: a body model, or JSON that PostgreSQL wrote; and what `Prefer` asks for [C11]."""

import re
from typing import Final

from django.http import HttpResponse
from pydantic import BaseModel
from rest_framework.request import Request

# One preference of a list, with its parameters; a comma in quotes does not end it, and quotes need not end. Possessive:
# what was read is not read again, or 16 KB of quotes took 28 s.
PREFERENCE: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.?)*+"?)++')


def json_text(text: str | bytes, *, status: int = 200) -> HttpResponse:
    """An answer whose JSON is already written."""
    return HttpResponse(text, status=status, content_type="application/json")


def json_of(body: BaseModel, *, status: int = 200) -> HttpResponse:
    """A body model as the answer."""
    return json_text(body.model_dump_json(by_alias=True), status=status)


def no_content() -> HttpResponse:
    """204; what has no body has no media type."""
    answer = HttpResponse(status=204)
    del answer["Content-Type"]
    return answer


def wants_representation(request: Request) -> bool:
    """Whether the client prefers an answer with a body where 204 is the documented one (RFC 7240) [C11].

    >>> from types import SimpleNamespace
    >>> wants_representation(SimpleNamespace(headers={"Prefer": 'respond-async, Return="representation"; x=1'}))
    True
    """
    preferences: list[str] = PREFERENCE.findall(request.headers.get("Prefer", ""))
    for preference in preferences:
        name, _, value = preference.split(";")[0].partition("=")
        if name.strip().lower() == "return":
            return value.strip().strip('"').lower() == "representation"
    return False


def as_preferred(request: Request, body: BaseModel) -> HttpResponse:
    """204, or 200 with the body where the client prefers it; `Preference-Applied` says so [C11]."""
    if not wants_representation(request):
        return no_content()
    answer = json_of(body)
    answer["Preference-Applied"] = "return=representation"
    return answer
