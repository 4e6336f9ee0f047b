"""Documents of custom kinds, as the Asset Service takes them [C14]."""

from typing import Annotated, Any

from pydantic import Field

from config.api.bodies import Body
from config.api.values import Instant

SOILING: dict[str, Any] = {"soiling_loss_pct": 2.4, "cleaned_on": "2026-05-02"}
DOCUMENT_SENT: dict[str, Any] = {"document": SOILING, "data_through": "2026-05-29T21:45:00Z"}
DOCUMENT_ANSWERED: dict[str, Any] = {
    "site_id": "Sibaya",
    "generated_at": "2026-05-30T03:39:39Z",
    "data_through": "2026-05-29T21:45:00Z",
    "stale": False,
    **SOILING,
}


class PutDocument(Body):
    """A document of a custom kind; what every snapshot has beside it, Leitstand writes."""

    document: Annotated[dict[str, Any], Field(description="What the kind's schema describes.")]
    data_through: Annotated[Instant | None, Field(description="The instant of its newest input.")] = None
