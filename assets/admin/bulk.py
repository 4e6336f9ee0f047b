"""What operators do to many assets at once; each asset goes through the operation by itself."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets import operations
from assets.admin.status import STATUS_MEANING, StatusForm
from assets.lifecycle import DELETABLE, TRANSITIONS, Transition, move
from assets.models import Asset
from assets.statuses import set_status
from config.admin.bulk import BulkAction

DELETION = _("Its periods and specs go with it. The audit trail keeps its last state, and its id is never used again.")
SET_STATUS = "assets.add_statusentry"
MOST_IN_AN_ADDRESS = 100  # of the longest ids: servers read no address of more than 8 KiB


def to_limits(model_admin: Any, request: HttpRequest, chosen: QuerySet[Asset]) -> HttpResponse | None:
    """Lead to the form that changes the limits of the chosen assets."""
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST_IN_AN_ADDRESS + 1])
    if len(ids) > MOST_IN_AN_ADDRESS:
        said = gettext("Limits of at most %(most)s assets at once; narrow the list by its filters.")
        model_admin.message_user(request, said % {"most": MOST_IN_AN_ADDRESS}, messages.ERROR)
        return None
    return HttpResponseRedirect(f"{reverse('admin:markets_limitchange_add')}?{urlencode({'asset_ids': ','.join(ids)})}")


def _bulk_move(transition: Transition) -> BulkAction:
    def obstacle(asset: Asset) -> str | None:
        if asset.lifecycle == transition.needs:
            return None
        said = gettext("is %(state)s; %(action)s needs %(needed)s")
        return said % {
            "state": asset.get_lifecycle_display(),
            "action": transition.label,
            "needed": transition.needs.label,
        }

    def act(asset_id: str, *, by: str, now: datetime) -> None:
        move(asset_id=asset_id, action=transition.action, by=by, now=now)

    return BulkAction(transition.action, transition.label, "change", transition.meaning, act, obstacle)


def _set_status(asset_id: str, **said: Any) -> None:
    set_status(asset_id=asset_id, **said)


def _not_deletable(asset: Asset) -> str | None:
    if asset.lifecycle in DELETABLE:
        return None
    first, second = DELETABLE
    said = gettext("is %(state)s; only %(first)s or %(second)s can be deleted")
    return said % {"state": asset.get_lifecycle_display(), "first": first.label, "second": second.label}


def _delete(asset_id: str, *, by: str, now: datetime) -> None:  # noqa: ARG001  every bulk action is given the time
    operations.delete_asset(asset_id=asset_id, by=by)


BULK_ACTIONS = (
    *(_bulk_move(transition) for transition in TRANSITIONS.values()),
    BulkAction("set-status", _("Set status"), SET_STATUS, STATUS_MEANING, _set_status, form=StatusForm),
    BulkAction("delete", _("Delete"), "delete", DELETION, _delete, _not_deletable),
)
