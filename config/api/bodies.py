"""Reading what clients send, strictly: from JSON to a frozen body, with every fault and its place [C2] [C3]."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from rest_framework import status
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from config.api.json_text import printable
from config.errors import MOST_FAULTS, Fault, InvalidError

JSON = "application/json"
LARGEST_BODY = 16 * 1024 * 1024
LARGEST_BATCH = 10_000
LONGEST_LENGTH = 20  # digits of a Content-Length that are read
SLICE = 100  # items that are validated at once: nobody waits for, or stores, the faults of ten thousand

Model = TypeVar("Model", bound=BaseModel)
Item = TypeVar("Item")


class Body(BaseModel):
    """What a client sends: nothing unknown, nothing changed afterwards [C4]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _is_not_junk(cls, document: Any) -> Any:
        if isinstance(document, dict) and len(document) > len(cls.__pydantic_fields__) + MOST_FAULTS:
            raise PydanticCustomError("too_many_fields", f"Input has {len(document)} fields, most of them unknown")
        return document


class NoBody(Body):
    """Nothing: an action says all in its path."""


class LengthRequired(APIException):
    """A body of unknown length would reach us as an empty one."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "This server takes bodies with a Content-Length, not chunked ones."


class BodyTooLarge(APIException):
    """More bytes than a batch may have [B1]."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body has too many bytes."


class Unread(BaseParser):
    """DRF's parser for whatever comes: it reads nothing, since `read_content` does, after all other checks and once."""

    media_type = "*/*"

    def parse(self, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """Nothing."""
        return {}


def left_out() -> Any:
    """The default of a field that may be left out of a patch, but not be null: read it with `exclude_unset`."""

    def hide(schema: dict[str, Any]) -> None:
        schema.pop("default", None)

    return Field(default=None, json_schema_extra=hide)


def batch_of(item: type[Item], *, most: int = LARGEST_BATCH) -> Any:
    """A list of 1 to `most` items; the length is looked at before any item, and a hundred faults are enough [B1]."""

    def by_slices(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, list) or len(value) <= SLICE:
            return validate(value)
        if len(value) > most:
            raise PydanticCustomError("too_long", f"List should have at most {most} items, not {len(value)}")
        items: list[Item] = []
        faults: list[InitErrorDetails] = []
        for start in range(0, len(value), SLICE):
            try:
                items += validate(value[start : start + SLICE])
            except ValidationError as error:
                faults += _moved(error, by=start)
                if len(faults) >= MOST_FAULTS:
                    break
        if faults:
            raise ValidationError.from_exception_data("batch", faults)
        return items

    return Annotated[list[item], Field(min_length=1, max_length=most), WrapValidator(by_slices)]  # type: ignore[valid-type]


def _moved(error: ValidationError, *, by: int) -> Iterator[InitErrorDetails]:
    """The faults of a slice, with the indices that its items have in the whole list."""
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        index, *rest = one["loc"]
        kind = PydanticCustomError(one["type"], one["msg"])
        yield {"type": kind, "loc": (int(index) + by, *rest), "input": None}


def read_content(request: HttpRequest, *, expected: bool, types: Sequence[str] = (JSON,)) -> bytes | None:
    """The body's bytes; None where none is expected and none came.

    Raises 415, 411 or 413 for its envelope, in this order [C3]. `types` are all that the endpoint takes.
    """
    if check_envelope(request, expected=expected, types=types, largest=LARGEST_BODY) is None:
        return None
    if len(request.body) != int(request.META.get("CONTENT_LENGTH") or 0):
        raise BadRequest  # the client went away; the half it sent may well be valid
    return request.body


def check_envelope(request: HttpRequest, *, expected: bool, types: Sequence[str], largest: int) -> int | None:
    """The length of a body whose envelope is right; None where none is expected and none came."""
    length = _length_of(request)
    if length == 0 and not expected:
        return None
    _check_type(request, types)
    if length is None:
        raise LengthRequired
    if length > largest:
        raise BodyTooLarge(f"A body of this media type has at most {largest} bytes ({largest // 1024**2} MiB).")
    return length


def _length_of(request: HttpRequest) -> int | None:
    """The bytes of the body; None where the client does not say how many, so that we would take it for an empty one."""
    if said := request.META.get("CONTENT_LENGTH"):
        if not (said.isascii() and said.isdigit()):
            raise BadRequest
        return int(said[:LONGEST_LENGTH])  # of more digits Python makes no number; any such is too many bytes
    if "Transfer-Encoding" in request.headers:
        return None
    # HTTP/2 has no such header; a body shows by its first byte
    over_http2 = request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
    return None if over_http2 and request.META["wsgi.input"].read(1) else 0


def _check_type(request: HttpRequest, types: Sequence[str]) -> None:
    charsets = {value.lower() for name, value in (request.content_params or {}).items() if name.lower() == "charset"}
    if request.content_type not in types or not charsets <= {"utf-8", "utf8"}:
        raise UnsupportedMediaType("", detail=f"The body must be sent as {' or '.join(types)} in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType("", detail="The body must be sent without a Content-Encoding.")


def validated(model: type[Model], document: Any, *, place: str) -> Model:
    """The document as the model, or InvalidError with every fault, each `loc` starting with the place."""
    try:
        return model.model_validate(document, by_alias=True, by_name=False)
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
        yield part if isinstance(part, int) else printable(part)
