"""Who may do what: callers, their scopes, and how a view asks for them [C14]."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from config.errors import ForbiddenError

if TYPE_CHECKING:  # DRF reads its settings, and with them this module, while it is still loading its views
    from rest_framework.views import APIView

# What an operator's session may do, by the Django permission that stands for each scope.
PERMISSION_OF_SCOPE = {
    "assets:read": "assets.view_asset",
    "assets:write": "assets.change_asset",
    "sites:read": "sites.view_site",
    "sites:write": "sites.change_site",
    "markets:read": "markets.view_limit",
    "markets:write": "markets.change_limit",
    "telemetry:read": "sites.view_inverterreading",
    "telemetry:write": "sites.change_inverterreading",
    "snapshots:read": "partner.view_snapshot",
    "snapshots:write": "partner.change_snapshot",
}


@dataclass(frozen=True)
class Caller:
    """Who calls, what they may do and what they see.

    `actor` is the audit trail's word for them. `asset_ids` are the only assets that exist for the caller and `sources`
    the only limit sources they may write; None: all.
    """

    actor: str
    scopes: frozenset[str]
    sources: frozenset[str] | None = None
    asset_ids: frozenset[str] | None = None
    rate_per_minute: int | None = None

    def visible(self, asset_ids: Iterable[str]) -> list[str]:
        """Those of the ids that exist for the caller, in their order."""
        return [one for one in asset_ids if self.asset_ids is None or one in self.asset_ids]

    def must_see_all(self, doing: str) -> None:
        """Refuse what would touch more than the assets the caller's key is bound to."""
        if self.asset_ids is not None:
            raise ForbiddenError(f"This key is bound to some assets and cannot {doing}.")

    def must_write_as(self, sources: Collection[str]) -> None:
        """Refuse limit sources that the caller's key is not bound to [C14]."""
        if self.sources is not None and (foreign := sorted(set(sources) - self.sources)):
            raise ForbiddenError(f"This key cannot write limits of source {', '.join(foreign)}.")


class OperatorSessionAuthentication(SessionAuthentication):
    """An operator's session, with CSRF, whose scopes follow from their permissions."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        user = request._request.user  # noqa: SLF001  DRF's own `user` would ask us
        if not (user.is_active and user.is_staff):
            return None
        self.enforce_csrf(request)
        scopes = frozenset(scope for scope, needed in PERMISSION_OF_SCOPE.items() if user.has_perm(needed))
        return user, Caller(actor=f"user:{user.get_username()}", scopes=scopes)


class HasScope(BasePermission):
    """The view's `scope`, with `:read` for GET and HEAD and `:write` for what changes something."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        caller = request.auth
        if not isinstance(caller, Caller):
            return False
        needed = needed_scope(view, request.method or "GET")
        self.message = f"This needs the scope {needed}."
        return needed in caller.scopes


def needed_scope(view: "APIView", method: str) -> str:
    """The scope that a method of a view asks for."""
    subject: str = view.scope  # type: ignore[attr-defined]
    return f"{subject}:{'read' if method in ('GET', 'HEAD') else 'write'}"
