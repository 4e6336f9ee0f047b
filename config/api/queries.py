"""Reading query strings, strictly [C4] [C6]."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.api.bodies import validated
from config.errors import Fault, InvalidError

MOST_PARAMETERS = 1_100  # 500 ids and a few filters, given one by one
Element = TypeVar("Element")
Model = TypeVar("Model", bound="Query")


class Query(BaseModel):
    """A query: nothing unknown, nothing given twice [C4]. Fields may be named by an alias (`from`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


class NoQuery(Query):
    """No parameters at all."""


def several(element: type[Element], *, most: int = 500) -> Any:
    """An array parameter: repeated or comma-separated, in any mix, without empty elements; duplicates are dropped."""

    def split(value: Any) -> Any:
        parts = [part for given in value for part in given.split(",")]
        if "" in parts:
            raise PydanticCustomError("empty_element", "The list should have no empty element")
        unique = list(dict.fromkeys(parts))
        if len(unique) > most:
            raise PydanticCustomError("too_long", f"The list should have at most {most} elements, not {len(unique)}")
        return unique

    def document(schema: dict[str, Any]) -> None:
        # `maxItems` would count duplicates, which are dropped before anything is counted
        schema.pop("maxItems", None)
        schema.setdefault("description", f"1 to {most} different elements, repeated or separated by commas.")

    listed = Annotated[element, StringConstraints(min_length=1)] if element is str else element
    length = Field(min_length=1, max_length=most, json_schema_extra=document)
    return Annotated[list[listed], length, BeforeValidator(split)]  # type: ignore[valid-type]


def read_query(request: HttpRequest, model: type[Model]) -> Model:
    """The request's query as the model, or InvalidError with every fault."""
    return parse_query(request.META.get("QUERY_STRING", ""), model)


def parse_query(text: str, model: type[Model]) -> Model:
    """A query string as the model, or InvalidError with every fault."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise InvalidError([Fault(("query",), "The query is not UTF-8", "string_unicode")]) from None
    except ValueError:
        sentence = f"The query has more than {MOST_PARAMETERS} parameters"
        raise InvalidError([Fault(("query",), sentence, "too_long")]) from None
    return validated(model, _gathered(pairs, model), place="query")


def _gathered(pairs: list[tuple[str, str]], model: type[Query]) -> dict[str, Any]:
    arrays = set(array_parameters(model))
    gathered: dict[str, Any] = {}
    faults = []
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            faults.append(Fault(("query", name.replace("\0", "?")[:100]), "Text cannot hold NUL", "string_unicode"))
        elif name in arrays:
            gathered.setdefault(name, []).append(value)
        elif name in gathered:
            faults.append(Fault(("query", name[:100]), "The parameter is given more than once", "repeated"))
        else:
            gathered[name] = value
    if faults:
        raise InvalidError(faults)
    return gathered


def array_parameters(model: type[BaseModel]) -> Iterator[str]:
    """The names, as clients write them, of the parameters that take several values."""
    for name, field in model.model_fields.items():
        if _is_list(field.annotation):
            yield field.alias or name


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return any(_is_list(inner) for inner in get_args(annotation))
    return get_origin(annotation) is list
