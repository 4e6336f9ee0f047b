"""The lifecycle of an asset: the transitions as data, and the one function that makes them [A5]."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from assets.queries import get_asset
from assets.vocabulary import Lifecycle
from config.api.audit import change
from config.errors import ConflictError


@dataclass(frozen=True)
class Transition:
    """One step between two states: its name in addresses, its label on buttons, what an operator should know."""

    action: str
    label: str | Promise
    needs: Lifecycle
    leads_to: Lifecycle
    meaning: str | Promise


TRANSITIONS = {
    transition.action: transition
    for transition in (
        Transition(
            "commission",
            _("Commission"),
            Lifecycle.DRAFT,
            Lifecycle.COMMISSIONING,
            _("The asset is built in; tests may begin."),
        ),
        Transition(
            "go-live",
            _("Go live"),
            Lifecycle.COMMISSIONING,
            Lifecycle.LIVE,
            _("The asset may be traded; its go-live date is set to today (UTC) if it has none."),
        ),
        Transition(
            "suspend", _("Suspend"), Lifecycle.LIVE, Lifecycle.SUSPENDED, _("The asset is taken out of trading.")
        ),
        Transition("resume", _("Resume"), Lifecycle.SUSPENDED, Lifecycle.LIVE, _("The asset may be traded again.")),
        Transition(
            "decommission",
            _("Decommission"),
            Lifecycle.LIVE,
            Lifecycle.DECOMMISSIONED,
            _("The asset's life ends; nothing leads back."),
        ),
    )
}
DELETABLE = (Lifecycle.DRAFT, Lifecycle.DECOMMISSIONED)


class TransitionNotOpenError(ConflictError):
    """The asset is not in the state that the transition starts from."""


def open_transitions(lifecycle: str) -> list[Transition]:
    """The transitions that start from this state, in the order of the table."""
    return [transition for transition in TRANSITIONS.values() if transition.needs == lifecycle]


def move(*, asset_id: str, action: str, by: str, now: datetime) -> Asset:
    """Make the transition and answer the asset as it is then.

    A compare-and-set: of many callers at once one wins. Raises UnknownAssetError, or TransitionNotOpenError naming the
    state the asset is in and the one it would need.
    """
    transition = TRANSITIONS[action]
    changes = {"lifecycle": transition.leads_to, "updated_at": now}
    if transition.action == "go-live":
        changes["go_live_date"] = Coalesce(F("go_live_date"), Value(now.astimezone(UTC).date()))
    with change(by):
        moved = Asset.objects.filter(pk=asset_id, lifecycle=transition.needs).update(**changes)
        asset = get_asset(asset_id)
    if not moved:
        said = gettext("Asset %(asset)s is %(state)s; %(action)s needs %(needed)s.")
        raise TransitionNotOpenError(
            said
            % {
                "asset": asset_id,
                "state": asset.lifecycle,
                "action": transition.action,
                "needed": transition.needs.value,
            }
        )
    return asset
