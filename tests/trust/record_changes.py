"""Every operation on records that the back office and the API have, each done once and in an order that works."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from assets.models import Asset
from assets.vocabulary import Lifecycle
from config.desk.imports.models import Import
from markets.models import LimitChange
from partner.models import ApiKey, CustomKind, PartnerKey, PartnerProfile
from partner.schedules import create_missing
from sites.models import Inverter, Site
from tests.assets.test_admin import correction
from tests.back_office import page_of
from tests.desk.imports.files import SPEC_HEADER, csv_of, spec_row
from tests.factories.assets import asset_body, make_asset
from tests.factories.custom_kinds import SOILING_SCHEMA
from tests.factories.keys import make_api_key
from tests.factories.operators import make_superuser, role_named
from tests.factories.plants import make_profile
from tests.factories.sites import add_site, inverter_body, site_body
from tests.markets.test_admin_limit_changes import FORM as LIMITS
from tests.markets.test_admin_limit_changes import asked
from tests.partner.test_admin_profiles import PEAK, profile_form
from tests.sites.test_admin import inverter_form, site_form
from tests.trust.check_races import STATES

Sent = Mapping[str, Any]
PASSWORD = "anna's long password"


@dataclass
class Desk:
    """An operator's browser, a client of the API with a key, and the records that operations need."""

    browser: Client = field(init=False)
    api: Client = field(init=False)
    actors: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        anna = make_superuser()
        anna.set_password(PASSWORD)
        anna.save()
        self.browser = Client()
        self.browser.force_login(anna)
        issued = make_api_key()
        self.api = Client(headers={"X-API-Key": issued.text})
        self.actors = {"back office": "user:anna", "API": issued.key.actor}
        role_named("Viewer")
        create_missing()

    def post(self, request_id: str, path: str, sent: Sent) -> Any:
        """A form; one that is shown again has faults, which is none of what is tried here."""
        answer = self.browser.post(path, sent, headers={"X-Request-ID": request_id})
        assert answer.status_code in (200, 302), (path, answer.status_code)
        context = getattr(answer, "context", None) or {}
        errors = context.get("errors") if "errors" in context else None
        assert not errors, (path, errors)
        return answer

    def send(self, request_id: str, method: str, path: str, body: Any) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"X-Request-ID": request_id, "Content-Type": "application/json", "Content-Length": str(len(content))}
        answer = self.api.generic(method, f"/api/v1{path}", content, headers=headers)
        assert answer.status_code in (200, 201, 204), (method, path, answer.content)
        return answer


@dataclass(frozen=True)
class Step:
    """One operation by one of the two ways: what it is about is made or looked up first, then it is done."""

    way: str
    name: str
    prepare: Callable[[Desk], Any]
    act: Callable[[Desk, str, Any], Any]

    def actor(self, desk: Desk) -> str:
        return desk.actors[self.way]


def steps() -> Iterator[Step]:
    """All, in an order in which each has what it needs."""
    for name, method, target in by_api():
        yield Step("API", name, _prepared(target), _sending(method))
    for name, target in by_back_office():
        yield Step("back office", name, _prepared(target), _post)


def _prepared(target: Callable[[], Any]) -> Callable[[Desk], Any]:
    return lambda _desk: target()


def _sending(method: str) -> Callable[[Desk, str, Any], Any]:
    return lambda desk, request_id, target: desk.send(request_id, method, *target)


def _post(desk: Desk, request_id: str, target: Any) -> Any:
    """A form; of limits, once its preview was looked at."""
    path, sent = target
    if path == LIMITS:
        preview = desk.post(f"{request_id}-preview", path, sent).context["preview"]
        sent = {**sent, "fingerprint": preview.fingerprint, "apply": "yes"}
    return desk.post(request_id, path, sent)


def by_api() -> Iterator[tuple[str, str, Callable[[], tuple[str, Any]]]]:
    """What the Asset Service changes of records."""
    yield "create an asset", "POST", lambda: ("/assets", asset_body(code="API"))
    yield "correct an asset", "PATCH", lambda: ("/assets/DE_50HZ_API_1", {"name": "Other", "provider": "EBX"})
    yield "add a spec", "PATCH", lambda: ("/specs", _spec("2026-05-01", rated_power={"value": 5, "unit": "MW"}))
    yield "correct a spec", "PATCH", lambda: ("/specs", _spec("2026-05-01", ramp_rate="2.5"))
    yield "close a spec by another", "PATCH", lambda: ("/specs", _spec("2026-06-01", ramp_rate="3"))
    yield "delete an asset with its specs", "DELETE", lambda: ("/assets/DE_50HZ_API_1", None)
    for action, state in STATES.items():
        yield (
            action,
            "POST",
            lambda action=action, state=state: (  # type: ignore[misc]
                f"/assets/{make_asset(state).pk}/actions/{action}",
                None,
            ),
        )
    yield "create a site", "POST", lambda: ("/sites", site_body(code="API"))
    yield "correct a site", "PATCH", lambda: ("/sites/DE_AMPN_API_SITE_1", {"name": "Other"})
    yield "add an inverter", "POST", lambda: (_inverters(), inverter_body(make_asset().pk))
    yield "correct an inverter", "PATCH", lambda: (f"{_inverters()}/{_inverter()}", {"serial_number": "7"})
    yield "list other assets", "PATCH", lambda: (f"{_inverters()}/{_inverter()}", {"asset_ids": [make_asset().pk]})
    yield "delete an inverter", "DELETE", lambda: (f"{_inverters()}/{_inverter()}", None)
    yield "delete a site", "DELETE", lambda: ("/sites/DE_AMPN_API_SITE_1", None)


def _spec(day: str, **values: Any) -> dict[str, Any]:
    return {"asset_id": "DE_50HZ_API_1", "valid_from": f"{day}T00:00:00Z", **values}


def _inverters() -> str:
    return "/sites/DE_AMPN_API_SITE_1/inverters"


def _inverter() -> str:
    return Inverter.objects.latest("created_at").pk


GONE = {"post": "yes"}


def by_back_office() -> Iterator[tuple[str, Callable[[], tuple[str, Sent]]]]:
    """What its forms and buttons change of records."""
    yield "create an asset", lambda: ("/admin/assets/asset/add/", asset_body(code="FORM"))
    yield "correct an asset", lambda: (page_of(_last(Asset)), correction(_last(Asset), name="Other"))
    yield "set a status", lambda: (page_of(_last(Asset), "set-status"), {"status": "FAULT", "category": "TECHNICAL", "detail": "It trips"})  # fmt: skip  # noqa: E501
    yield "delete an asset", lambda: (page_of(_last(Asset), "delete"), GONE)
    for action, state in STATES.items():
        yield action, lambda action=action, state=state: (page_of(make_asset(state), f"move/{action}"), {})  # type: ignore[misc]
    yield "commission two at once", _two_at_once
    yield "create a site", lambda: ("/admin/sites/site/add/", site_form(code="FORM"))
    yield "correct a site", lambda: (page_of(_last(Site)), {**site_form(), "name": "Other"})
    yield "add an inverter", lambda: ("/admin/sites/inverter/add/", inverter_form(make_asset(), site=_last(Site).pk))
    yield "correct an inverter", lambda: (page_of(_last(Inverter)), inverter_form(make_asset(), model="SC 2500"))
    yield "delete an inverter", lambda: (page_of(_last(Inverter), "delete"), GONE)
    yield "give a profile", lambda: ("/admin/partner/partnerprofile/add/", profile_form(PEAK, site=_last(Site).pk))
    yield "correct a profile", lambda: (page_of(PartnerProfile.objects.get()), profile_form(tariff="3"))
    yield "issue a partner key", lambda: ("/admin/partner/partnerkey/add/", {"name": "Ona", "site_ids": [_last(Site).pk], "rate_per_minute": "0"})  # fmt: skip  # noqa: E501
    yield "change its sites and rate", lambda: (page_of(PartnerKey.objects.latest("id")), {"site_ids": [add_site(code="MORE").pk], "rate_per_minute": "9"})  # fmt: skip  # noqa: E501
    yield "rotate it", lambda: (page_of(PartnerKey.objects.latest("id"), "rotate"), {"hours": "1"})
    yield "revoke it", lambda: (page_of(PartnerKey.objects.latest("id"), "revoke"), {})
    yield "delete a site with its profile", _sold
    yield "issue a key", lambda: ("/admin/partner/apikey/add/", {"name": "F", "scopes": ["assets:read"]})
    yield "revoke it", lambda: (page_of(ApiKey.objects.latest("id"), "revoke"), {})
    yield "register a kind", lambda: ("/admin/partner/customkind/add/", _kind(60))
    yield "correct a kind", lambda: (page_of(CustomKind.objects.get()), _kind(120))
    yield "delete a kind", lambda: (page_of(CustomKind.objects.get(), "delete"), GONE)
    yield from _of_schedules()
    yield from _of_operators()
    yield from _of_the_rest()


def _sold() -> tuple[str, Sent]:
    site = add_site(code="SOLD")
    make_profile(site, public_name="Sold")
    return page_of(site, "delete"), GONE


def _last(model: Any) -> Any:
    return model.objects.latest("created_at")


def _kind(seconds: int) -> Sent:
    return {"name": "soiling", "schema": json.dumps(SOILING_SCHEMA), "period_seconds": seconds}


def _two_at_once() -> tuple[str, Sent]:
    pair = [make_asset(Lifecycle.DRAFT).pk for _ in range(2)]
    return "/admin/assets/asset/", {"action": "commission", "_selected_action": pair, "confirmed": "yes", "index": "0"}


def _of_schedules() -> Iterator[tuple[str, Callable[[], tuple[str, Sent]]]]:
    beat = "/admin/django_celery_beat"
    yield "add an interval", lambda: (f"{beat}/intervalschedule/add/", {"every": "77", "period": "seconds"})
    yield "change an interval", lambda: (page_of(IntervalSchedule.objects.latest("id")), {"every": "78", "period": "seconds"})  # fmt: skip  # noqa: E501
    yield "add a crontab", lambda: (f"{beat}/crontabschedule/add/", _crontab("5"))
    yield "change a crontab", lambda: (page_of(CrontabSchedule.objects.latest("id")), _crontab("6"))
    yield "change a schedule", _faster


def _crontab(minute: str) -> Sent:
    every = dict.fromkeys(("hour", "day_of_week", "day_of_month", "month_of_year"), "*")
    return every | {"minute": minute, "timezone": "UTC"}


def _faster() -> tuple[str, Sent]:
    row = PeriodicTask.objects.filter(name__startswith="Refresh").earliest("id")
    kept = {"name": row.name, "task": row.task, "args": row.args, "kwargs": row.kwargs, "expire_seconds": "120"}
    return page_of(row), {**kept, "enabled": "on", "interval": IntervalSchedule.objects.latest("id").pk, "crontab": ""}


def _of_operators() -> Iterator[tuple[str, Callable[[], tuple[str, Sent]]]]:
    password = {"password1": "a long password of olga", "password2": "a long password of olga"}
    yield "add an operator", lambda: ("/admin/auth/user/add/", {"username": "olga", "usable_password": "true", **password})  # fmt: skip  # noqa: E501
    yield "give a role and a right", lambda: (page_of(_olga()), _account(groups=[Group.objects.get(name="Viewer").pk], user_permissions=[_right()]))  # fmt: skip  # noqa: E501
    yield "take them away", lambda: (page_of(_olga()), _account())
    yield "add a role", lambda: ("/admin/auth/group/add/", {"name": "Night shift", "permissions": [_right()]})
    yield "change a role", lambda: (page_of(Group.objects.get(name="Night shift")), {"name": "Late shift"})
    yield "delete a role", lambda: (page_of(Group.objects.get(name="Late shift"), "delete"), GONE)
    yield "delete an operator", lambda: (page_of(_olga(), "delete"), GONE)


def _olga() -> User:
    return User.objects.get(username="olga")


def _right() -> int:
    return Permission.objects.get(content_type__app_label="assets", codename="view_asset").pk


def _account(**more: Any) -> Sent:
    return {"username": "olga", "is_active": "on", "is_staff": "on", "email": "olga@example.org", **more}


def _of_the_rest() -> Iterator[tuple[str, Callable[[], tuple[str, Sent]]]]:
    yield "lock trading", lambda: (LIMITS, asked(make_asset().pk))
    yield "undo it", lambda: (page_of(LimitChange.objects.latest("id"), "undo"), {})
    yield "upload an import", lambda: ("/admin/imports/upload", {"kind": "specs", "file": _specs()})
    yield "apply it", lambda: (f"/admin/imports/{Import.objects.latest('id').pk}/apply", {})
    codes = "/admin/one-time-codes/"
    yield "begin one-time codes", lambda: (codes, {"act": "begin"})
    yield "confirm one-time codes", lambda: (codes, {"act": "confirm", "code": _code()})
    yield "end one-time codes", lambda: (codes, {"act": "remove", "password": PASSWORD})


def _specs() -> SimpleUploadedFile:
    return SimpleUploadedFile("specs.csv", csv_of(SPEC_HEADER, spec_row(make_asset())))


def _code() -> str:
    """What the authenticator app shows now."""
    device = TOTPDevice.objects.get()
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time()
    return str(totp.token()).zfill(device.digits)
