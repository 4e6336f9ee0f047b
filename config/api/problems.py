"""The bodies of refusals [C3]."""

from typing import Any, ClassVar

from pydantic import BaseModel


class Problem(BaseModel):
    """Why a request was refused, in one sentence that names the thing."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"detail": "Unknown asset: DE_50HZ_WU_9."}

    detail: str


class FaultBody(BaseModel):
    """One fault: where it is, what it is, and its kind."""

    loc: list[str | int]
    msg: str
    type: str


class ValidationProblem(BaseModel):
    """Every fault of a request, at most a hundred."""

    STATUS: ClassVar[int] = 422
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "detail": [
            {
                "loc": ["query", "limit"],
                "msg": "Input should be greater than or equal to 1",
                "type": "greater_than_equal",
            }
        ]
    }

    detail: list[FaultBody]
