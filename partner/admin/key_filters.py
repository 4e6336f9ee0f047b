"""Filters of the lists of keys."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter

LABELS = {"open": _("Open"), "expired": _("Expired"), "revoked": _("Revoked")}


class KeyStateFilter(RadioFilter):
    """Keys that open now, or no more."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """The three states."""
        return [(word, str(label)) for word, label in LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """The list, narrowed to the state that was chosen."""
        over = Q(expires_at__lte=timezone.now())
        states = {
            "open": Q(revoked_at=None) & ~over,
            "expired": Q(revoked_at=None) & over,
            "revoked": Q(revoked_at__isnull=False),
        }
        return queryset.filter(states.get(self.value() or "", Q()))
