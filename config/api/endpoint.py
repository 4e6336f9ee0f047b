"""Endpoints: what a view method takes and answers, declared once, parsed and documented from that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.http import HttpResponse
from pydantic import BaseModel
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from config.api.access import Caller
from config.api.bodies import JSON, LARGEST_BODY, Body, NoBody, check_envelope, read_content, validated
from config.api.etags import conditional
from config.api.idempotency import once
from config.api.json_text import parse_json
from config.api.pagination import PageQuery
from config.api.plain_batches import PlainBatch, PlainForm
from config.api.problems import Problem, ValidationProblem
from config.api.queries import NoQuery, Query, read_query
from config.api.row_bodies import SentRows, open_rows
from config.api.rows import RENDERER_OF, ROWS, item_of, query_of_rows
from config.errors import Fault, InvalidError

Handler = TypeVar("Handler", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Endpoint:
    """The declaration of one method of a view."""

    query: type[Query] = NoQuery
    body: type[Body] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    refusals: tuple[int, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    media: tuple[str, ...] = (JSON,)
    takes: tuple[str, ...] = (JSON,)
    plain: PlainForm[Any] | None = None


def endpoint(
    *,
    query: type[Query] = NoQuery,
    body: type[Body] | None = None,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    examples: Mapping[str, Any] | None = None,
    media: tuple[str, ...] = (JSON,),
    takes: tuple[str, ...] = (JSON,),
    plain: bool = False,
) -> Callable[[Handler], Handler]:
    """Parse what the method takes before it runs, and declare what it answers for the schema.

    `query` and `body` reach the method as keyword arguments where they are given; parameters and bodies that are not
    declared are refused [C4]. `refusals` are the statuses it has beside those of every endpoint (`always`); `examples`
    may hold `body` and `answer`; `media` are the types that the answer comes in, `takes` those that the body may be of:
    one of rows reaches the method as SentRows [B3], and where `plain` says so, a batch in plain form as PlainBatch. The
    method's docstring is its documentation.
    """
    form = PlainForm(body) if plain and body else None
    declared = Endpoint(query, body, answer, status, refusals, examples or {}, media, takes, form)

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def parse_and_handle(view: Any, request: Request, **path: Any) -> HttpResponse:
            def handle() -> HttpResponse:
                return handler(view, request, **path, **_parsed(request, declared))

            if not isinstance(request.auth, Caller):
                return handle()
            if _sends_rows(request, declared):
                return handle()
            _check_envelope(request, declared)
            return conditional(request, once(request, caller=request.auth.actor, handle=handle))

        parse_and_handle.endpoint = declared  # type: ignore[attr-defined]
        return parse_and_handle  # type: ignore[return-value]

    return decorate


def _sends_rows(request: Request, declared: Endpoint) -> bool:
    """Whether the body is one of rows, which is read piece by piece and never as a whole."""
    media = request._request.content_type  # noqa: SLF001  as below
    return request.method not in SAFE_METHODS and media in ROWS and media in declared.takes


def _check_envelope(request: Request, declared: Endpoint) -> None:
    """415, 411 or 413 before anything else is looked at; it is no answer that a repetition would get again [C12]."""
    if request.method not in SAFE_METHODS:
        raw = request._request  # noqa: SLF001  as below
        check_envelope(raw, expected=declared.body is not None, types=declared.takes, largest=LARGEST_BODY)


def _parsed(request: Request, declared: Endpoint) -> dict[str, Any]:
    """The query and the body, or InvalidError with the faults of both; rows are looked at by whoever reads them."""
    parsed: dict[str, Any] = {}
    faults: list[Fault] = []
    sent = _sent(request, declared)
    try:
        query = read_query(request._request, _query_for(request, declared))  # noqa: SLF001
        if declared.query is not NoQuery:
            parsed["query"] = query
    except InvalidError as error:
        faults.extend(error.faults)
    try:
        if isinstance(sent, PlainBatch) and faults:
            sent.strictly()
        elif isinstance(sent, PlainBatch | SentRows):
            parsed["body"] = sent
        else:
            body = validated(declared.body or NoBody, sent, place="body")
            if declared.body:
                parsed["body"] = body
    except InvalidError as error:
        faults.extend(error.faults)
    if faults:
        raise InvalidError(faults)
    return parsed


def _sent(request: Request, declared: Endpoint) -> Any:
    """What came in the body: a JSON document, a batch in plain form, or rows that are still to be read."""
    raw = request._request  # noqa: SLF001  DRF's own stream handling parses twice and by media type
    if request.method in SAFE_METHODS:
        return {}  # the content of a GET has no meaning (RFC 9110, 9.3.1), so it is not looked at
    if declared.body and _sends_rows(request, declared):
        return open_rows(raw, item=item_of(declared.body)[1], types=declared.takes)
    content = read_content(raw, expected=declared.body is not None, types=declared.takes)
    if content is None:
        return {}
    batch = declared.plain.read(content) if declared.plain else None
    return batch or parse_json(content)


def _query_for(request: Request, declared: Endpoint) -> type[Query]:
    """The query; where the answer is rows, that of a list without pages."""
    if issubclass(declared.query, PageQuery) and getattr(request, "accepted_media_type", JSON) in ROWS:
        return query_of_rows(declared.query)
    return declared.query


class OpenEndpoints(ViewSet):
    """Endpoints that need no key: JSON, and their part of the schema."""

    tag: ClassVar[str | None] = None
    tagged: ClassVar[bool] = False  # whether a GET has an ETag, as the schema says it; those that need a key have one
    authentication_classes: Any = ()
    permission_classes: Any = ()
    throttle_classes: Any = ()
    security: ClassVar[list[dict[str, list[str]]]] = []
    always: ClassVar[tuple[int, ...]] = (400, 406, 422)
    path_examples: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "head"]

    @staticmethod
    def problem_of(status: int) -> tuple[type[BaseModel], dict[str, Any]]:
        """The body of a refusal with this status, and an example."""
        if status == ValidationProblem.STATUS:
            return ValidationProblem, ValidationProblem.EXAMPLE
        return Problem, Problem.EXAMPLE


class Endpoints(OpenEndpoints):
    """The base of every view of the Asset Service: JSON, scopes, and checks in the documented order [C3]."""

    scope: ClassVar[str]
    authentication_classes = APIView.authentication_classes
    permission_classes = APIView.permission_classes
    throttle_classes = APIView.throttle_classes
    security = [{"bearer": []}, {"key": []}, {"session": []}]
    always = (400, 401, 403, 406, 422, 429, 503)
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def initial(self, request: Request, *_args: Any, **_kwargs: Any) -> None:
        """The checks before a method runs, in the documented order: 401, 405, 403, 429, 406 [C3]."""
        self.format_kwarg = None
        self.perform_authentication(request)
        if not isinstance(request.auth, Caller):
            raise NotAuthenticated("A key in Authorization: Bearer or X-API-Key, or an operator's session, is needed.")
        if (request.method or "").lower() not in self.action_map:
            raise MethodNotAllowed(request.method or "")
        self.check_permissions(request)
        self.check_throttles(request)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)

    def get_renderers(self) -> list[Any]:
        """Those of the media types that the method's answer comes in."""
        declared: Endpoint | None = getattr(getattr(self, self.action or "", None), "endpoint", None)
        others = [RENDERER_OF[media]() for media in (declared.media if declared else ()) if media in RENDERER_OF]
        return [*super().get_renderers(), *others]

    @property
    def caller(self) -> Caller:
        """Who calls; known once `initial` has run."""
        caller = self.request.auth
        assert isinstance(caller, Caller)  # noqa: S101  narrows for mypy; `initial` refused all else
        return caller
