"""Specs for tests: on days of May 2026, written as the application or its clients write them."""

from datetime import UTC, datetime
from typing import Any

from assets import specs
from assets.models import Asset, Spec
from tests.clients import Api, read
from tests.factories.assets import ACTOR, NOW


def day(number: int) -> datetime:
    """The beginning of a day of May."""
    return datetime(2026, 5, number, tzinfo=UTC)


def stamp(number: int) -> str:
    """The beginning of a day of May, as answers write it."""
    return f"2026-05-{number:02}T00:00:00.000000Z"


def put_spec(asset: Asset, start: int, end: int | None = None, **values: Any) -> Spec:
    """Add or correct the asset's spec that begins on a day, and ends on one if any is given."""
    changes = values if end is None else {"valid_to": day(end), **values}
    return specs.put_spec(asset_id=asset.pk, valid_from=day(start), changes=changes, by=ACTOR, now=NOW)


def spec_body(asset: Asset, start: int, end: int | None = None, **fields: Any) -> dict[str, Any]:
    """What writes a spec of the asset over HTTP."""
    ends = {} if end is None else {"valid_to": stamp(end)}
    return {"asset_id": asset.pk, "valid_from": stamp(start), **ends, **fields}


def windows_of(asset: Asset) -> list[tuple[int, int | None]]:
    """The days on which the asset's specs begin and end, in their order."""
    stored = Spec.objects.filter(asset=asset).order_by("valid_from")
    return [(spec.valid_from.day, spec.valid_to.day if spec.valid_to else None) for spec in stored]


def listed(api: Api, asset: Asset) -> list[dict[str, Any]]:
    """The asset's specs, from the last to the first."""
    return list(read(api.get(f"/specs?asset_ids={asset.pk}"))["specs"])


def represented(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """The spec that a PATCH answers to those who prefer it."""
    return dict(read(api.patch("/specs", body, Prefer="return=representation")))


def refusal(api: Api, body: dict[str, Any]) -> tuple[str, str]:
    """The field and the sentence of the one fault that a PATCH is refused for."""
    (fault,) = read(api.patch("/specs", body), 422)["detail"]
    place, field = fault["loc"]
    assert place == "body"
    return field, fault["msg"]
