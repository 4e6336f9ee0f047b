"""What a database holds already: the demo fleet, or records that are somebody's."""

from django.contrib.auth import get_user_model
from django.db import models

from assets.models import Asset
from partner.models import ApiKey, PartnerKey
from sites.models import Site

ACTOR = "command:seed_demo"


def is_seeded() -> bool:
    """Whether the demo was ever seeded here; the audit trail knows, also after its records were changed or deleted."""
    events = Site.pgh_event_model.objects  # type: ignore[attr-defined]
    return bool(events.filter(pgh_label="insert", pgh_context__actor=ACTOR).exists())


def records_held() -> list[str]:
    """What a database that is not the demo's holds, such as `3 assets`; empty where there is nothing to spoil."""
    held: dict[str, type[models.Model]] = {
        "assets": Asset,
        "sites": Site,
        "API keys": ApiKey,
        "partner keys": PartnerKey,
        "users": get_user_model(),
    }
    counts = {what: model._default_manager.count() for what, model in held.items()}  # noqa: SLF001
    return [f"{count} {what if count > 1 else what.removesuffix('s')}" for what, count in counts.items() if count]
