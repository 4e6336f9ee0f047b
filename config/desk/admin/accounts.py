"""Users and groups in the back office."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config.admin.bulk import BulkAction
from config.admin.lists import DeskAdmin
from config.admin.one_time_codes import forget
from config.desk.deeds import note

POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")

for registered in (User, Group, TOTPDevice, StaticDevice):
    admin.site.unregister(registered)


@admin.register(User)
class OperatorAdmin(UserAdmin, DeskAdmin):  # type: ignore[misc, type-arg]  # Django's class, with our lists
    """Those who log in. Only a superuser gives rights, and only a superuser edits one."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    readonly_fields = ("last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights are given by superusers: nobody gives themselves more."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's account, password included, is another superuser's to edit."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """As for editing."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)


@admin.register(Group)
class RoleAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]  # as above
    """Groups of rights, edited by superusers."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Who edits a group gives rights to its members."""
        return bool(request.user.is_superuser) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As for editing."""
        return bool(request.user.is_superuser) and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """As for editing: a deleted role takes its rights from all who have it."""
        return bool(request.user.is_superuser) and super().has_delete_permission(request, obj)


def _unlock(key: str, *, by: str, now: datetime) -> None:
    with transaction.atomic():
        for attempt in AccessAttempt.objects.select_for_update().filter(pk=key):
            seen = {"address": attempt.ip_address, "failures": attempt.failures_since_start}
            note("failed login", record=attempt.username or "", action="unlock", by=by, now=now, before=seen)
            attempt.delete()


def _forget_codes(key: str, *, by: str, now: datetime) -> None:  # noqa: ARG001  as above
    for device in TOTPDevice.objects.filter(pk=key).select_related("user"):
        forget(device.user)


class ReadOnly(DeskAdmin):
    """What only happens: nobody adds it or edits it by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Not one by one: an action says what it means."""
        return False


@admin.register(AccessAttempt)
class FailedLoginAdmin(ReadOnly):
    """Names that failed to log in, and from where; unlocking forgets the failures."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time", "pk")
    bulk_actions = (
        BulkAction("unlock", _("Unlock"), "delete", _("The failures are forgotten."), _unlock, lambda _record: None),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessAttempt]:
        """Those that still count."""
        found: QuerySet[AccessAttempt] = super().get_queryset(request)
        return found.filter(attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME)


@admin.register(TOTPDevice)
class AuthenticatorAdmin(ReadOnly):
    """Who logs in with one-time codes. Their secrets are shown to nobody."""

    list_display = ("operator", "confirmed", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("user__username", "pk")
    fields = ("user", "confirmed", "created_at", "last_used_at")
    bulk_actions = (
        BulkAction(
            "forget",
            _("Ask for no more codes"),
            "delete",
            _(
                "For who lost the app and the recovery codes. "
                "The password alone lets them in until they set up new ones."
            ),
            _forget_codes,
            lambda _record: None,
        ),
    )

    @display(description=_("Operator"), ordering="user__username")
    def operator(self, device: TOTPDevice) -> str:
        """Whose it is."""
        return str(device.user.get_username())
