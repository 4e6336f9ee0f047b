"""What an asset's page shows beside the form: where it is in its life, how it is doing, what was changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.admin.status import STATUS_MEANING, StatusForm, reasons_of
from assets.history import Change, changes_of
from assets.lifecycle import open_transitions
from assets.models import Asset
from assets.queries import latest_status
from assets.vocabulary import Lifecycle

RECENT = 10
FIELDS = {field.name: field for field in Asset._meta.concrete_fields}  # noqa: SLF001  Django's public, if underlined
LABELS = {"go_live_date": _("Go-live date")}
ACTIONS = {"insert": _("Created"), "update": _("Changed"), "delete": _("Deleted")}


@dataclass(frozen=True)
class Step:
    """One state of the way through life, and whether the asset is there."""

    label: str
    is_here: bool


@dataclass(frozen=True)
class FieldChange:
    """One field's change, as people read it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One change of the record, as people read it."""

    change: Change
    what: str
    fields: list[FieldChange]


def beside_the_form(asset: Asset, *, may_change: bool, may_set_status: bool) -> dict[str, Any]:
    """The context of an asset's page: its steps, the transitions that this operator can make, status and changes."""
    changes, more = changes_of(asset_id=asset.pk, limit=RECENT)
    status = latest_status(asset.pk)
    return {
        "steps": [Step(str(state.label), state == asset.lifecycle) for state in Lifecycle],
        "transitions": open_transitions(asset.lifecycle) if may_change else [],
        "status": status,
        "reasons": reasons_of(status),
        "status_form": StatusForm() if may_set_status else None,
        "status_meaning": STATUS_MEANING,
        "entries": [_entry(change) for change in changes],
        "has_older_entries": more,
    }


def _entry(change: Change) -> Entry:
    after, before = change.after or {}, change.before or {}
    fields = []
    if change.action == "update":
        fields = [FieldChange(_label(name), _said(name, before[name]), _said(name, after[name])) for name in after]
    return Entry(change, str(ACTIONS[change.action]), fields)


def _label(name: str) -> str:
    return str(LABELS.get(name) or capfirst(FIELDS[name].verbose_name))


def _said(name: str, value: Any) -> str:
    if isinstance(value, date):
        return str(localize(value))
    return gettext("nothing") if value is None else str(dict(FIELDS[name].flatchoices).get(value, value))
