"""The OpenAPI document, made from the same declarations that parse the requests [C16]."""

import re
from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from pydantic import BaseModel

from config.api.endpoint import Endpoint
from config.api.pagination import PageQuery
from config.api.queries import Query, array_parameters

JSON = "application/json"
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
WITH_BODY = (411, 413, 415)
NO_CONTENT = 204


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
            "parameters": [*self._path_parameters(), *self._query_parameters(declared.query)],
            "responses": dict(self._responses(declared)),
            "security": self.declaring.security,
        }
        if declared.body:
            content = self._content(declared.body, "validation", declared.examples.get("body"))
            operation["requestBody"] = {"required": True, "content": content}
        return operation

    @property
    def declaring(self) -> Any:
        """The view, with what endpoints declare beside DRF's own attributes."""
        return self.view

    def _operation_id(self) -> str:
        parts = re.sub(r"[{}]", "", self.path.removeprefix("/api/v1/")).replace("-", "_").strip("/").split("/")
        return "_".join([self.method.lower(), *parts])

    def _path_parameters(self) -> Iterator[dict[str, Any]]:
        for name in re.findall(r"{(\w+)}", self.path):
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}

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
        if declared.status == NO_CONTENT and declared.answer:
            content = self._content(declared.answer, "serialization", declared.examples.get("answer"))
            said = "With `Prefer: return=representation`."
            yield "200", {"description": said, "content": content}
        for status in sorted({*self.declaring.always, *declared.refusals, *(WITH_BODY if declared.body else ())}):
            yield str(status), self._refusal(status)

    def _success(self, declared: Endpoint) -> dict[str, Any]:
        headers: dict[str, Any] = {"X-Request-ID": {"schema": {"type": "string"}, "description": "The request's id."}}
        if issubclass(declared.query, PageQuery):
            said = 'The next page, rel="next", where more follows.'
            headers["Link"] = {"schema": {"type": "string"}, "description": said}
        if declared.status == NO_CONTENT or declared.answer is None:
            return {"description": "Done; no body." if declared.status == NO_CONTENT else "Done.", "headers": headers}
        content = self._content(declared.answer, "serialization", declared.examples.get("answer"))
        return {"description": "As asked.", "headers": headers, "content": content}

    def _refusal(self, status: int) -> dict[str, Any]:
        problem, example = self.declaring.problem_of(status)
        return {"description": REFUSALS[status], "content": self._content(problem, "serialization", example)}

    def _content(self, model: type[BaseModel], mode: Any, example: Any) -> dict[str, Any]:
        schema = self._schema_of(model, mode)
        component = self._component(model.__name__, schema)
        media: dict[str, Any] = {"schema": component.ref}
        if example is not None:
            media["example"] = example
        return {JSON: media}

    def _schema_of(self, model: type[BaseModel], mode: Any) -> dict[str, Any]:
        schema = model.model_json_schema(ref_template=REF, mode=mode)
        for name, inner in schema.pop("$defs", {}).items():
            self._component(name, inner)
        return schema

    def _component(self, name: str, schema: dict[str, Any]) -> ResolvedComponent:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        self.registry.register_on_missing(component)
        return component


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is not a parameter that may be null."""
    if schema.get("default", ...) is None:
        schema = {name: value for name, value in schema.items() if name != "default"}
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        schema = {name: value for name, value in schema.items() if name != "anyOf"} | options[0]
    return schema
