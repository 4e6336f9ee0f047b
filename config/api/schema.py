"""The OpenAPI document, made from the same declarations that parse the requests [C16]."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from pydantic import BaseModel

from config.api.bodies import JSON
from config.api.endpoint import Endpoint
from config.api.pagination import PageQuery
from config.api.queries import Query, array_parameters
from config.api.rows import CSV, ROWS, columns_of, item_of, rows_text

Mode = Literal["validation", "serialization"]
REF = "#/components/schemas/{model}"


REFUSALS = {
    400: "What was sent is not HTTP that this server reads.",
    401: "The key is missing or not valid; WWW-Authenticate names the schemes.",
    403: "The key lacks the scope, or is bound to other sources.",
    404: "What was named does not exist, or not for this key.",
    406: "No answer of an accepted media type exists.",
    409: "The state of what exists does not allow it.",
    411: "The body came without a Content-Length.",
    412: "It was changed meanwhile.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "What was sent is wrong; every fault is named.",
    429: "The key's rate is used up; Retry-After says for how long.",
    503: "The database is not available; Retry-After says when to try again.",
}
HEADERS_OF_REFUSAL = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
OF_A_BODY = (411, 413, 415)
BY_METHOD = {"GET": (), "POST": (*OF_A_BODY, 409)}  # a POST is 409 while another with its Idempotency-Key runs
OF_A_TAG = ("X-Request-ID", "ETag", "Cache-Control", "Vary")
CREATED, NO_CONTENT, PRECONDITION_FAILED = 201, 204, 412
REPRESENTATION = "return=representation"
PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": f"`{REPRESENTATION}` asks for 200 with a body in place of 204 (RFC 7240).",
    "schema": {"type": "string", "examples": [REPRESENTATION]},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that the client has; where it is still that one, 304 comes without a body.",
    "schema": {"type": "string", "examples": ['"0f343b0931126a20f133d67c2b018a3b"']},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the record as the client has read it; changed meanwhile: 412.",
    "schema": {"type": "string", "examples": ['"0f343b0931126a20f133d67c2b018a3b"']},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 printable characters: for a day the same request again gets the same answer, done once.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$", "examples": ["c0ffee-1"]},
}
REQUEST_ID = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "The request's id in the answer, the log and the audit trail; one that does not fit is replaced.",
    "schema": {"type": "string", "examples": ["6f0f1b1c"]},
}


class EndpointSchema(AutoSchema):
    """One operation of the document, out of the `endpoint` declaration of the view's method."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        self.registry, self.path, self.path_regex, self.path_prefix = registry, path, path_regex, path_prefix
        self.method = method.upper()
        handler = getattr(self.view, getattr(self.view, "action", None) or method.lower())
        declared: Endpoint | None = getattr(handler, "endpoint", None)
        if declared is None:
            return None
        said = " ".join((handler.__doc__ or "").split())
        operation: dict[str, Any] = {
            "operationId": self._operation_id(),
            "tags": [getattr(self.view, "tag", None) or self.declaring.scope.capitalize()],
            "summary": said.split(". ")[0].split(" [")[0].rstrip("."),
            "description": said,
            "parameters": [
                *self._path_parameters(),
                *self._query_parameters(declared.query),
                *self._header_parameters(declared),
            ],
            "responses": dict(self._responses(declared)),
            "security": self.declaring.security,
        }
        if declared.body:
            content = self._contents(declared.body, "validation", declared.takes, declared.examples.get("body"))
            operation["requestBody"] = {"required": True, "content": content}
        return operation

    @property
    def declaring(self) -> Any:
        """The view, with what endpoints declare beside DRF's own attributes."""
        return self.view

    @property
    def _is_tagged(self) -> bool:
        return self.method == "GET" and bool(self.declaring.security or self.declaring.tagged)

    def _operation_id(self) -> str:
        parts = re.sub(r"[{}]", "", self.path.removeprefix("/api/v1/")).replace("-", "_").strip("/").split("/")
        return "_".join([self.method.lower(), *parts])

    def _path_parameters(self) -> Iterator[dict[str, Any]]:
        for name in re.findall(r"{(\w+)}", self.path):
            examples = [self.declaring.path_examples[name]] if name in self.declaring.path_examples else []
            schema = {"type": "string", "examples": examples} if examples else {"type": "string"}
            yield {"name": name, "in": "path", "required": True, "schema": schema}

    def _header_parameters(self, declared: Endpoint) -> Iterator[dict[str, Any]]:
        if _may_represent(declared):
            yield PREFER
        if self._is_tagged:
            yield IF_NONE_MATCH
        if self.declaring.security:
            if self.method == "POST":
                yield IDEMPOTENCY_KEY
            if PRECONDITION_FAILED in declared.refusals:
                yield IF_MATCH
        yield REQUEST_ID

    def _query_parameters(self, query: type[Query]) -> Iterator[dict[str, Any]]:
        schema = self._schema_of(query, "validation")
        arrays = set(array_parameters(query))
        for name, given in schema.get("properties", {}).items():
            parameter = {"name": name, "in": "query", "required": name in schema.get("required", ())}
            if said := given.pop("description", None):
                parameter["description"] = said
            if name in arrays:
                parameter |= {"style": "form", "explode": True}
            yield parameter | {"schema": _without_null(given)}

    def _responses(self, declared: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
        yield str(declared.status), self._success(declared)
        if _may_represent(declared):
            headers = _headers("X-Request-ID", "Preference-Applied")
            content = self._answers(declared)
            yield "200", {"description": f"With `Prefer: {REPRESENTATION}`.", "headers": headers, "content": content}
        if self._is_tagged:
            yield "304", {"description": "It is still what If-None-Match names.", "headers": _headers(*OF_A_TAG)}
        for status in sorted({*self.declaring.always, *declared.refusals, *BY_METHOD.get(self.method, OF_A_BODY)}):
            yield str(status), self._refusal(status)

    def _success(self, declared: Endpoint) -> dict[str, Any]:
        paged = issubclass(declared.query, PageQuery)
        made = declared.status == CREATED
        tagged = OF_A_TAG if self._is_tagged else ("X-Request-ID",)
        headers = _headers(*tagged, *(["Link"] if paged else ()), *(["Location"] if made else ()))
        if declared.status == NO_CONTENT or declared.answer is None:
            return {"description": "Done; no body." if declared.status == NO_CONTENT else "Done.", "headers": headers}
        return {"description": "As asked.", "headers": headers, "content": self._answers(declared)}

    def _refusal(self, status: int) -> dict[str, Any]:
        problem, example = self.declaring.problem_of(status)
        return {
            "description": REFUSALS[status],
            "headers": _headers("X-Request-ID", *HEADERS_OF_REFUSAL.get(status, ())),
            "content": {JSON: self._media(problem, "serialization", example)},
        }

    def _answers(self, declared: Endpoint) -> dict[str, Any]:
        """What a success holds, by media type."""
        assert declared.answer is not None  # noqa: S101  narrows for mypy; asked for where there is one
        return self._contents(declared.answer, "serialization", declared.media, declared.examples.get("answer"))

    def _contents(self, model: type[BaseModel], mode: Mode, types: Sequence[str], example: Any) -> dict[str, Any]:
        """A body or an answer, by media type."""
        whole = self._media(model, mode, example)
        return {media: _rows(media, model, mode, example) if media in ROWS else whole for media in types}

    def _media(self, model: type[BaseModel], mode: Mode, example: Any) -> dict[str, Any]:
        component = self._component(model.__name__, self._schema_of(model, mode))
        return {"schema": component.ref} | ({"example": example} if example is not None else {})

    def _schema_of(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        schema = model.model_json_schema(ref_template=REF, mode=mode)
        for name, inner in schema.pop("$defs", {}).items():
            self._component(name, inner)
        return schema

    def _component(self, name: str, schema: dict[str, Any]) -> ResolvedComponent:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        if component in self.registry and self.registry[component].schema != schema:
            raise LookupError(f"Two bodies are called {name}; a document has one meaning for a name.")
        self.registry.register_on_missing(component)
        return component


def _may_represent(declared: Endpoint) -> bool:
    """Whether it answers 204, or 200 to those who prefer a body [C11]."""
    return declared.status == NO_CONTENT and declared.answer is not None


def _rows(media: str, batch: type[BaseModel], mode: Mode, example: Any) -> dict[str, Any]:
    """A body or an answer whose items are rows: text, by JSON Schema."""
    field, item = item_of(batch)
    columns = columns_of(item, mode)
    said = "a header and a row for each" if media == CSV else "a JSON object in a line for each"
    names = ", ".join(f"`{column.name}`" for column in columns) if media == CSV else f"the fields of {item.__name__}"
    schema = {"type": "string", "description": f"{field}, {said}: {names}."}
    return {"schema": schema, "example": rows_text(media, example[field], columns)}


def _headers(*names: str) -> dict[str, Any]:
    """Headers that settings.py describes for all answers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is not a parameter that may be null."""
    if schema.get("default", ...) is None:
        schema = {name: value for name, value in schema.items() if name != "default"}
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        schema = {name: value for name, value in schema.items() if name != "anyOf"} | options[0]
    return schema
