"""The OpenAPI document and its two pages [C16]."""

from functools import cache
from threading import RLock
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from pydantic import RootModel
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.endpoint import OpenEndpoints, endpoint
from config.api.etags import conditional

METHODS = ("get", "post", "put", "patch", "delete")  # the order in which a path's are listed
# drf-spectacular's register of extensions is not for two threads that fill it at once.
MAKING = RLock()
# The first is for all who ask for neither.
RENDERERS = {str(one.media_type): one for one in (OpenApiYamlRenderer2, OpenApiJsonRenderer2)}


class OpenApiDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""


class Documents(OpenEndpoints):
    """What describes the two APIs."""

    tag = "Documents"
    tagged = True
    renderer_classes = tuple(RENDERERS.values())

    @endpoint(answer=OpenApiDocument, media=tuple(RENDERERS), examples={"answer": {"openapi": "3.1.0"}})
    def retrieve(self, request: Request) -> HttpResponse:
        """This document: JSON for those who accept it, YAML for all others; no key needed [C13] [C16]."""
        media_type = str(request.accepted_renderer.media_type)
        return conditional(request, HttpResponse(text_of(media_type), content_type=media_type))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        return super().perform_content_negotiation(request, force=True)


def document() -> dict[str, Any]:
    """The OpenAPI document of all that this process serves; by one thread at a time."""
    with MAKING:
        return _document()


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    # methods come in whatever order the process's hashes give: every process has to answer the same, under the same tag
    in_order = {path: dict(sorted(methods.items(), key=_place)) for path, methods in found["paths"].items()}
    return {**found, "paths": in_order}


def _place(named: tuple[str, Any]) -> int:
    return METHODS.index(named[0])


def text_of(media_type: str) -> str | bytes:
    """The document in one of its media types; made once, since it takes a while and anybody may ask for it."""
    with MAKING:
        return _made(media_type)


@cache
def _made(media_type: str) -> str | bytes:
    return RENDERERS[media_type]().render(document(), renderer_context={})


class SwaggerPage(SpectacularSwaggerView):
    """Swagger UI, out of a wheel; an operator who is logged in can try everything out."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page; it asks the same register for the names of the keys."""
        with MAKING:
            answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return answer

    def _get_schema_url(self, request: Request) -> str:  # noqa: ARG002
        return reverse("schema")


class RedocPage(SpectacularRedocView):
    """ReDoc, out of a wheel."""

    http_method_names = ["get", "head"]

    def _get_schema_url(self, request: Request) -> str:  # noqa: ARG002
        return reverse("schema")
