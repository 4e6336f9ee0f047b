"""Whether the desk is alive."""

from typing import Literal

from django.http import HttpResponse
from pydantic import BaseModel
from rest_framework.request import Request

from config.api.answers import json_of
from config.api.endpoint import OpenEndpoints, endpoint


class HealthBody(BaseModel):
    """The web server answers."""

    status: Literal["ok"] = "ok"


class Health(OpenEndpoints):
    """The web server's own health."""

    tag = "Health"

    @endpoint(answer=HealthBody, examples={"answer": {"status": "ok"}})
    def retrieve(self, _request: Request) -> HttpResponse:
        """Whether the web server answers; no key needed [C1]."""
        return json_of(HealthBody())
