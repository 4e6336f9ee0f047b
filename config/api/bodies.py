"""Reading what clients send, strictly: bytes to JSON to a frozen body, with every fault and its place [C2] [C3]."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from rest_framework import status
from rest_framework.exceptions import APIException, UnsupportedMediaType

from config.errors import Fault, InvalidError

LARGEST_BODY = 16 * 1024 * 1024
LARGEST_BATCH = 10_000
MOST_FAULTS = 100
LONGEST_NUMBER = 200
_JSON = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)
Item = TypeVar("Item")


class Body(BaseModel):
    """What a client sends: nothing unknown, nothing changed afterwards [C4]."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoBody(Body):
    """Nothing: an action says all in its path."""


class LengthRequired(APIException):
    """A body of unknown length would reach us as an empty one."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "This server takes bodies with a Content-Length, not chunked ones."


class BodyTooLarge(APIException):
    """More bytes than a batch may have [B1]."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"A body has at most {LARGEST_BODY} bytes (16 MiB)."


def left_out() -> Any:
    """The default of a field that may be left out of a patch, but not be null: read it with `exclude_unset`."""

    def hide(schema: dict[str, Any]) -> None:
        schema.pop("default", None)

    return Field(default=None, json_schema_extra=hide)


def batch_of(item: type[Item], *, most: int = LARGEST_BATCH) -> Any:
    """A list of 1 to `most` items; the length is looked at before any item is [B1]."""

    def check_length(value: Any) -> Any:
        if isinstance(value, list) and len(value) > most:
            raise PydanticCustomError("too_long", f"List should have at most {most} items, not {len(value)}")
        return value

    return Annotated[list[item], Field(min_length=1, max_length=most), BeforeValidator(check_length)]  # type: ignore[valid-type]


def read_json(request: HttpRequest) -> Any:
    """The body's JSON. Raises 415, 411 or 413 for its envelope and InvalidError for its text."""
    if not _JSON.fullmatch(request.headers.get("Content-Type", "")):
        raise UnsupportedMediaType(
            request.content_type or "", detail="The body must be sent as application/json in UTF-8."
        )
    if encoding := request.headers.get("Content-Encoding"):
        raise UnsupportedMediaType(encoding, detail="The body must be sent without a Content-Encoding.")
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        raise LengthRequired
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise BodyTooLarge
    return parse_json(request.body)


def parse_json(content: bytes) -> Any:
    """JSON with exact decimals, without repeated keys, NUL or lone surrogates."""
    if not content:
        raise InvalidError([Fault(("body",), "Field required", "missing")])
    try:
        text = content.decode()
        document = json.loads(
            text,
            parse_float=Decimal,
            parse_int=_whole,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except UnicodeDecodeError as error:
        raise InvalidError([Fault(("body", error.start), "The body is not UTF-8", "json_invalid")]) from None
    except RecursionError:
        raise InvalidError([Fault(("body",), "The body is nested too deeply", "json_invalid")]) from None
    except ValueError as error:
        raise InvalidError([Fault(("body",), f"The body is not valid JSON: {error}"[:300], "json_invalid")]) from None
    if "\\u" in text and (faults := list(_unstorable(document, ("body",)))):
        raise InvalidError(faults[:MOST_FAULTS])
    return document


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {repeated[:80]!r} is given more than once")
    return document


def _unstorable(value: Any, loc: tuple[str | int, ...]) -> Iterator[Fault]:
    """Strings that no database text can hold: only \\u escapes can smuggle them in."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            yield Fault(loc, "Text cannot hold NUL or a lone surrogate", "string_unicode")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _unstorable(key, loc)
            yield from _unstorable(inner, (*loc, key.encode("utf-8", "replace").decode().replace("\0", "?")))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable(inner, (*loc, index))


def validated(model: type[Model], document: Any, *, place: str) -> Model:
    """The document as the model, or InvalidError with every fault, each `loc` starting with the place."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InvalidError(faults_of(error, place=place)) from None


def faults_of(error: ValidationError, *, place: str) -> Sequence[Fault]:
    """Pydantic's errors as faults; at most a hundred [C3]."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]
    return [Fault((place, *_printable(one["loc"])), _sentence(one["type"], one["msg"]), one["type"]) for one in found]


def _sentence(kind: str, sentence: str) -> str:
    """Pydantic's sentence, without the names of our classes."""
    return "Input should be a JSON object" if kind == "model_type" else sentence


def _printable(loc: Sequence[str | int]) -> Iterator[str | int]:
    for part in loc:
        yield part if isinstance(part, int) else part.encode("utf-8", "replace").decode()[:100]
