"""What the endpoint of dispatches takes and answers [D1]."""

from typing import Any

from pydantic import BaseModel, Field

from assets.api.windows import DeliveryWindowQuery
from assets.vocabulary import DispatchStatus
from config.api.queries import several
from config.api.values import Day, Edge, PlainDecimal, Recorded


class DispatchQuery(DeliveryWindowQuery):
    """Whose dispatches, and when they start. Assets that do not exist have none."""

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]


class DispatchBody(BaseModel):
    """An instruction to one asset, and how far it has come; its window has a fraction of a second where it began so."""

    id: str
    asset_id: str
    start_time: Edge
    end_time: Edge
    delivery_day: Day
    power: PlainDecimal = Field(description="In MW; positive out of the asset.")
    source: str
    market: str
    issued_at: Recorded
    acknowledged_at: Recorded | None
    status: DispatchStatus
    attributes: dict[str, Any]
    created_at: Recorded


class DispatchList(BaseModel):
    """A page of dispatches, ordered by asset, start, when they were issued, and id."""

    limit: int
    offset: int | None
    dispatches: list[DispatchBody]


DISPATCHES_LISTED: dict[str, Any] = {
    "limit": 50,
    "offset": 0,
    "dispatches": [
        {
            "id": "dsp-2026-05-01-0017",
            "asset_id": "DE_50HZ_WU_1",
            "start_time": "2026-05-01T06:00:00Z",
            "end_time": "2026-05-01T06:15:00Z",
            "delivery_day": "2026-05-01",
            "power": "7.5",
            "source": "OPTIMIZER",
            "market": "INTRADAY",
            "issued_at": "2026-05-01T05:55:00.000000Z",
            "acknowledged_at": "2026-05-01T05:55:01.250000Z",
            "status": "ACKNOWLEDGED",
            "attributes": {"order": "A-4711"},
            "created_at": "2026-05-01T05:55:00.301877Z",
        }
    ],
}
