"""Registered kinds for tests."""

from typing import Any

from partner.models import CustomKind

SOILING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"soiling_loss_pct": {"$ref": "#/$defs/share"}, "cleaned_on": {"type": "string", "format": "date"}},
    "required": ["soiling_loss_pct"],
    "additionalProperties": False,
    "$defs": {"share": {"type": "number", "minimum": 0, "maximum": 100}},
}


def make_kind(name: str = "soiling", **fields: Any) -> CustomKind:
    """A kind of snapshots about soiling, expected once a day; its schema is taken as it is given."""
    return CustomKind.objects.create(name=name, **{"schema": SOILING_SCHEMA, "period_seconds": 86_400} | fields)
