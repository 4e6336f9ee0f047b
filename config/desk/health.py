"""Whether the desk is alive, and whether it can do its work."""

from typing import Literal

from django.http import HttpResponse
from pydantic import BaseModel
from rest_framework.request import Request

from config.api.answers import json_of
from config.api.endpoint import OpenEndpoints, endpoint
from config.api.errors import problem
from config.desk.dependencies import look


class HealthBody(BaseModel):
    """The web server answers."""

    status: Literal["ok"] = "ok"


class ReadyBody(BaseModel):
    """The web server can do its work: database, migrations and Redis are in place."""

    status: Literal["ready"] = "ready"


class Health(OpenEndpoints):
    """The web server's own health."""

    tag = "Health"

    @endpoint(answer=HealthBody, examples={"answer": {"status": "ok"}})
    def retrieve(self, _request: Request) -> HttpResponse:
        """Whether the web server answers; no key needed [C1]."""
        return json_of(HealthBody())

    @endpoint(answer=ReadyBody, refusals=(503,), examples={"answer": {"status": "ready"}})
    def ready(self, _request: Request) -> HttpResponse:
        """Whether requests can be served: 503 names what is missing of the database, its migrations and Redis, within
        five seconds, also where one of them is frozen; no key needed."""
        if missing := look().missing:
            return problem(503, f"Not ready: {', '.join(missing)}.", Retry_After="5")
        return json_of(ReadyBody())
