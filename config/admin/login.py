"""Logging in: a password, and a one-time code where the operator has set one up; guessing is locked out [P22]."""

import ipaddress
import math
from typing import Any

from axes.helpers import get_cool_off
from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user, user_has_device, verify_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

TOO_MANY_REQUESTS = 429
LONGEST_NAME = User.username.field.max_length or 0


class LoginForm(AuthenticationForm):
    """Name and password; who has set up one-time codes gives one too, or a recovery code in its place."""

    code = forms.CharField(
        label=_("One-time code"),
        required=False,
        max_length=16,
        help_text=_("Only if you have set one up: from your authenticator app, or a recovery code."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def clean_username(self) -> str:
        """A name that an operator can have: a longer one is nobody's, and too long to be noted as a failure."""
        name: str = self.cleaned_data["username"]
        if len(name) > LONGEST_NAME:
            raise self.get_invalid_login_error()
        return name

    def clean(self) -> dict[str, Any]:
        """The password first: what is wrong with a code is said only to who knows it."""
        cleaned: dict[str, Any] = super().clean()
        operator = self.get_user()
        if operator and user_has_device(operator):
            operator.otp_device = _device_of(operator, cleaned.get("code") or "")
        return cleaned


def _device_of(operator: Any, code: str) -> Any:
    """What the code is of; ValidationError where it is of nothing. Each wrong one makes the next take longer."""
    if not code:
        raise ValidationError({"code": gettext("Enter the code of your authenticator app, or a recovery code.")})
    kind = TOTPDevice if code.isdecimal() else StaticDevice
    for device in devices_for_user(operator):
        if isinstance(device, kind) and (matched := verify_token(operator, device.persistent_id, code)):
            return matched
    raise ValidationError(
        {"code": gettext("This code is not right, or was used already. Wait a moment for the next one.")}
    )


def locked_out(
    request: HttpRequest,
    _answer: HttpResponse | None = None,
    _credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page for whoever failed to log in too often: 429, and when to try again."""
    wait = get_cool_off(request)
    minutes = math.ceil(wait.total_seconds() / 60) if wait else 0
    page = render(request, "admin/locked_out.html", {"minutes": minutes}, status=TOO_MANY_REQUESTS)
    page["Retry-After"] = str(minutes * 60)
    return page


def client_address(request: HttpRequest) -> str:
    """Where the request comes from: the proxy's word for it where there is one, else the other end of the line."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() if settings.BEHIND_PROXY else ""
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
