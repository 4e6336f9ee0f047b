"""What an operator fills in for a key [C14] [P2]."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from assets.models import Asset
from config.admin.forms import RecordForm
from config.api.scopes import SCOPES
from markets.vocabulary import LimitSource
from partner.models import ApiKey, PartnerKey
from partner.models.keys import DEFAULT_PARTNER_RATE
from partner.operations.keys import HIGHEST_RATE
from partner.vocabulary import RatePlan
from sites.models import Inverter, Site

EXPIRY_HELP = {"expires_at": _("Empty: never. A revoked or expired key is refused at once.")}


class ApiKeyForm(RecordForm):
    """A new key of the Asset Service. Its bounds are null where none are given, so they are no plain model fields."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=[(scope, scope) for scope in SCOPES], widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    only_sources = forms.MultipleChoiceField(
        label=_("Limit sources"),
        choices=LimitSource.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("The only sources whose limits the key writes. None ticked: all."),
    )
    only_assets = forms.ModelMultipleChoiceField(
        label=_("Assets"),
        queryset=Asset.objects.all(),
        required=False,
        # searched as for an inverter: a widget of this kind needs a field that leads to assets
        widget=AutocompleteSelectMultiple(Inverter._meta.get_field("assets"), admin.site),  # noqa: SLF001
        help_text=_("The only assets that the key sees; others are as if unknown to it. None chosen: all."),
    )
    rate_per_minute = forms.IntegerField(
        label=_("Requests per minute"),
        min_value=1,
        max_value=HIGHEST_RATE,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Empty: as many as it likes."),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "expires_at")
        help_texts = EXPIRY_HELP

    @property
    def bounds(self) -> dict[str, Any]:
        """What the key is bound to; None for no bounds."""
        given = self.cleaned_data
        return {
            "sources": given["only_sources"] or None,
            "asset_ids": [asset.pk for asset in given["only_assets"].order_by("id")] or None,
            "rate_per_minute": given["rate_per_minute"],
        }


class PartnerKeyForm(RecordForm):
    """A new partner key; of one that exists, the sites that it opens and its rate."""

    site_ids = forms.ModelMultipleChoiceField(
        label=_("Sites"),
        queryset=Site.objects.all(),
        widget=AutocompleteSelectMultiple(PartnerKey._meta.get_field("sites"), admin.site),  # noqa: SLF001
        help_text=_("The only sites that the key opens. Partners see a site that has a profile."),
    )
    rate_per_minute = forms.IntegerField(
        label=_("Requests per minute"),
        min_value=0,
        max_value=HIGHEST_RATE,
        initial=DEFAULT_PARTNER_RATE,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=format_lazy(
            _("The plan: {plans}, 0: as many as it likes; or any other number."),
            plans=format_lazy(
                "{trial} {trial_rate}, {standard} {standard_rate}",
                trial=RatePlan.TRIAL.label,
                trial_rate=RatePlan.TRIAL.value,
                standard=RatePlan.STANDARD.label,
                standard_rate=RatePlan.STANDARD.value,
            ),
        ),
    )

    class Meta:
        model = PartnerKey
        fields = ("name", "expires_at")
        help_texts = EXPIRY_HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["rate_per_minute"].initial = self.instance.rate_per_minute
            self.fields["site_ids"].initial = [site.pk for site in self.instance.sites.all()]
