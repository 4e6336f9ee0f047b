"""An operator's own one-time codes: set up with an authenticator app, confirmed with a first code, turned off again."""

import base64
import io
from typing import Any

import qrcode
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django_otp import login as verified_login
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

NAME = "Authenticator app"
RECOVERY = gettext_noop("Recovery codes")
RECOVERY_CODES = 10


def answer(request: HttpRequest, *, page: dict[str, Any]) -> HttpResponse:
    """The page, or what a button on it does; `page` is the context that every page of the back office has."""
    operator: Any = request.user
    if request.method == "POST":
        act = {"begin": _begin, "confirm": _confirm, "remove": _remove}.get(request.POST.get("act", ""))
        shown = act(request, operator) if act else None
        return shown_once(request, shown, page=page) if shown else HttpResponseRedirect(reverse("admin:one_time_codes"))
    pending = TOTPDevice.objects.filter(user=operator, confirmed=False).first()
    context = {
        **page,
        "title": gettext("One-time codes"),
        "is_on": TOTPDevice.objects.filter(user=operator, confirmed=True).exists(),
        "codes_left": StaticToken.objects.filter(device__user=operator).count(),
        "picture": _picture(pending.config_url) if pending else None,
        "secret": base64.b32encode(pending.bin_key).decode() if pending else None,
    }
    return TemplateResponse(request, "admin/one_time_codes.html", context)


def shown_once(request: HttpRequest, codes: list[str], *, page: dict[str, Any]) -> HttpResponse:
    """The recovery codes: only here, never again."""
    shown = TemplateResponse(request, "admin/one_time_codes.html", {**page, "title": gettext(RECOVERY), "codes": codes})
    shown["Cache-Control"] = "no-store"
    return shown


def forget(operator: User) -> None:
    """Ask this operator for no more codes: for who has lost the app, and the recovery codes with it."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=operator).delete()
        StaticDevice.objects.filter(user=operator).delete()


def _begin(_request: HttpRequest, operator: User) -> None:
    """A new secret, in place of one that was never confirmed."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=operator, confirmed=False).delete()
        if not TOTPDevice.objects.filter(user=operator).exists():
            TOTPDevice.objects.create(user=operator, name=NAME, confirmed=False)


def _confirm(request: HttpRequest, operator: User) -> list[str] | None:
    """Codes are asked for from now on, if the app shows the right one; the recovery codes are shown once."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=operator, confirmed=False).first()
        if not device or not device.verify_token(request.POST.get("code", "").strip()):
            messages.error(request, gettext("This is not the code that belongs to the picture. Wait for the next one."))
            return None
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        StaticDevice.objects.filter(user=operator).delete()
        recovery = StaticDevice.objects.create(user=operator, name=RECOVERY)
        codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=recovery, token=code) for code in codes)
    verified_login(request, device)
    messages.success(request, gettext("One-time codes are on: the next login asks for one."))
    return codes


def _remove(request: HttpRequest, operator: User) -> None:
    """Turned off by who knows the password; a session left open is not enough."""
    if operator.check_password(request.POST.get("password", "")):
        forget(operator)
        messages.success(request, gettext("One-time codes are off."))
    else:
        messages.error(request, gettext("This is not your password."))


def _picture(address: str) -> str:
    """The address as a QR code, as the address of an image."""
    written = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=12).save(written)
    return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode()}"
