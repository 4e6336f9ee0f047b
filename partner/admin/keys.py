"""Keys in the back office: issued and shown once, listed by how they start, revoked by a button [C14]."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.admin.forms import RecordForm
from config.admin.lists import actor_of
from config.admin.moments import said as said_moment
from config.admin.records import RecordAdmin
from partner.admin.key_filters import LABELS, KeyStateFilter
from partner.admin.key_forms import ApiKeyForm, PartnerKeyForm
from partner.models import ApiKey, PartnerKey
from partner.operations.keys import (
    IssuedApiKey,
    IssuedPartnerKey,
    issue_key,
    issue_partner_key,
    revoke,
    rotate,
    set_rate,
    set_sites,
)
from partner.vocabulary import RatePlan

GRACE_HOURS = ("1", "24", "168")  # how long a rotated key may still open: an hour, a day, a week
STATES = {"open": "success", "expired": "warning", "revoked": "danger"}


class KeyAdmin(RecordAdmin):
    """What both kinds of keys have in common. A key is never deleted: the trail of what it did names it."""

    list_filter: ClassVar[Any] = (KeyStateFilter,)
    search_fields = ("name", "hint")
    search_help_text = _("Name or start")
    ordering = ("-created_at", "-id")
    readonly_fields: ClassVar[Any] = ("state", "starts_with", "created_at", "last_used_at", "revoked_at")
    change_form_outer_before_template = "admin/partner/key/revoke.html"

    def issue(self, form: Any, *, by: str, now: datetime) -> IssuedApiKey | IssuedPartnerKey:
        """Issue the key that the form describes."""
        raise NotImplementedError

    @display(description=_("State"), label=STATES)
    def state(self, key: ApiKey | PartnerKey) -> tuple[str, str]:
        """Whether the key opens now."""
        opens = key.opens_at(timezone.now())
        word = "revoked" if key.revoked_at else "open" if opens else "expired"
        return word, str(LABELS[word])

    @display(description=_("Starts with"), ordering="hint")
    def starts_with(self, key: ApiKey | PartnerKey) -> str:
        """How people recognise it."""
        return f"{key.hint}…"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Keys are revoked."""
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: RecordForm, change: bool) -> None:  # noqa: FBT001
        """Issue the key, and keep its text for the answer to this request alone."""
        if change:
            super().save_model(request, obj, form, change)
            return
        issued = self.issue(form, by=actor_of(request), now=timezone.now())
        obj.pk = issued.key.pk
        obj.refresh_from_db()
        request.issued_text = issued.text  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        """The one page that shows the key's text, answered at once: the text is kept nowhere to redirect to."""
        return self.issued_page(request, obj, request.issued_text)  # type: ignore[attr-defined]

    def issued_page(self, request: HttpRequest, key: Any, text: str) -> HttpResponse:
        """The key's text, once."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("New %(kind)s") % {"kind": self.opts.verbose_name},
            "key": key,
            "text": text,
        }
        return TemplateResponse(request, "admin/partner/key/issued.html", context)

    def get_urls(self) -> list[URLPattern]:
        """Django's, and the button's."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_revoke"
        return [
            path("<path:object_id>/revoke/", self.admin_site.admin_view(self.revoke), name=name),
            *super().get_urls(),
        ]

    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button was pressed and confirmed."""
        return self.answer_button(request, object_id, act=_revoke)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with the button for a key that is not revoked yet."""
        key: ApiKey | PartnerKey | None = kwargs.get("obj")
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        context["may_rotate"] = bool(isinstance(key, PartnerKey) and key.opens_at(timezone.now())) and self.may(
            request, "change"
        )
        context["may_revoke"] = bool(key and key.revoked_at is None and self.may(request, "change"))
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page


def _rate(key: ApiKey | PartnerKey) -> str:
    """How often a key may ask."""
    rate = key.rate_per_minute
    return gettext("%(rate)s a minute") % {"rate": rate} if rate else gettext("any")


def _revoke(key: ApiKey | PartnerKey, *, by: str, now: datetime) -> str:
    revoke(key=key, by=by, now=now)
    said = gettext("%(name)s (%(hint)s…) is revoked and opens nothing any more.")
    return said % {"name": key.name, "hint": key.hint}


@admin.register(ApiKey)
class ApiKeyAdmin(KeyAdmin):
    """Keys of the Asset Service. What a key may do is said when it is issued, and never widened."""

    form = ApiKeyForm
    list_display = ("name", "starts_with", "state", "may_do", "bound_to", "rate", "expires_at", "last_used_at")

    @display(description=_("Scopes"))
    def may_do(self, key: ApiKey) -> str:
        """What the key may do."""
        return ", ".join(key.scopes)

    @display(description=_("Bound to"))
    def bound_to(self, key: ApiKey) -> str:
        """The only sources it writes and assets it sees."""
        return "; ".join(", ".join(words) for words in (key.sources, key.asset_ids) if words) or gettext("nothing")

    @display(description=_("Rate"), ordering="rate_per_minute")
    def rate(self, key: ApiKey) -> str:
        """How often it may ask."""
        return _rate(key)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing of an issued key is edited; the button asks for the permission itself."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """What is given when it is issued, and what is shown of it afterwards."""
        if obj is None:
            fields = ("name", "scopes", "only_sources", "only_assets", "rate_per_minute", "expires_at")
            return [(None, {"fields": fields})]
        times = (("created_at", "last_used_at"), ("expires_at", "revoked_at"))
        return [(None, {"fields": (("name", "state"), "starts_with", "may_do", "bound_to", "rate", *times)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of an issued key."""
        return (*self.readonly_fields, *(("may_do", "bound_to", "rate") if obj else ()))

    def issue(self, form: Any, *, by: str, now: datetime) -> IssuedApiKey:
        """Issue the key."""
        given = form.cleaned_data
        return issue_key(
            name=given["name"], scopes=given["scopes"], expires_at=given["expires_at"], **form.bounds, by=by, now=now
        )

    def update_record(self, record: Any, form: RecordForm, *, by: str, now: datetime) -> NoReturn:
        """Never asked for: see `has_change_permission`."""
        raise NotImplementedError


@admin.register(PartnerKey)
class PartnerKeyAdmin(KeyAdmin):
    """Partner keys; the sites that a key opens can be changed, so that partners need no new key for a new site."""

    form = PartnerKeyForm
    list_display = ("name", "starts_with", "state", "opens", "rate", "expires_at", "last_used_at")

    @display(description=_("Sites"))
    def opens(self, key: PartnerKey) -> str:
        """The sites that the key opens."""
        return ", ".join(sorted(site.name for site in key.sites.all()))

    @display(description=_("Rate plan"), ordering="rate_per_minute")
    def rate(self, key: PartnerKey) -> str:
        """How often it may ask, and the plan that this is."""
        said = _rate(key)
        plan = dict(RatePlan.choices).get(key.rate_per_minute)
        return f"{plan}: {said}" if plan else said

    def get_queryset(self, request: HttpRequest) -> Any:
        """Keys with their sites: two queries, however many they are."""
        return super().get_queryset(request).prefetch_related("sites")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """What is given when it is issued, and what can be changed afterwards."""
        if obj is None:
            return [(None, {"fields": ("name", "site_ids", "rate_per_minute", "expires_at")})]
        times = (("created_at", "last_used_at"), ("expires_at", "revoked_at"))
        return [(None, {"fields": (("name", "state"), "site_ids", ("starts_with", "rate_per_minute"), *times)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """All of an issued key but its sites and its rate."""
        return (*self.readonly_fields, *(("name", "expires_at") if obj else ()))

    def issue(self, form: Any, *, by: str, now: datetime) -> IssuedPartnerKey:
        """Issue the key."""
        given = form.cleaned_data
        return issue_partner_key(
            name=given["name"],
            sites=[site.pk for site in given["site_ids"]],
            rate_per_minute=given["rate_per_minute"],
            expires_at=given["expires_at"],
            by=by,
            now=now,
        )

    def update_record(self, record: PartnerKey, form: RecordForm, *, by: str, now: datetime) -> None:  # noqa: ARG002
        """Let the key open the chosen sites, as often as the form says."""
        set_sites(key=record, sites=form.cleaned_data["site_ids"], by=by)
        set_rate(key=record, rate_per_minute=form.cleaned_data["rate_per_minute"], by=by)

    def get_urls(self) -> list[URLPattern]:
        """Those of every key, and the button that rotates."""
        view = self.admin_site.admin_view(self.rotate)
        return [path("<path:object_id>/rotate/", view, name="partner_partnerkey_rotate"), *super().get_urls()]

    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button was pressed: the new key's page, once; the old one opens for the hours that were chosen."""
        issued: list[IssuedPartnerKey] = []
        hours = request.POST.get("hours", "")
        grace = timedelta(hours=int(hours) if hours in GRACE_HOURS else int(GRACE_HOURS[1]))

        def act(key: PartnerKey, *, by: str, now: datetime) -> str:
            issued.append(rotate(key=key, grace=grace, by=by, now=now))
            said = gettext("%(name)s (%(hint)s…) opens until %(when)s at the latest.")
            return said % {"name": key.name, "hint": key.hint, "when": said_moment(now + grace, "minutes")}

        answer = self.answer_button(request, object_id, act=act)
        return self.issued_page(request, issued[0].key, issued[0].text) if issued else answer
