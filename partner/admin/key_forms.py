"""What an operator fills in for a key [C14] [P2]."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
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

EXPIRY = {"expires_at": "Expires at (UTC)"}
EXPIRY_HELP = {"expires_at": "Empty: never. A revoked or expired key is refused at once."}


class ApiKeyForm(RecordForm):
    """A new key of the Asset Service. Its bounds are null where none are given, so they are no plain model fields."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    only_sources = forms.MultipleChoiceField(
        label="Limit sources",
        choices=LimitSource.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="The only sources whose limits the key writes. None ticked: all.",
    )
    only_assets = forms.ModelMultipleChoiceField(
        label="Assets",
        queryset=Asset.objects.all(),
        required=False,
        # searched as for an inverter: a widget of this kind needs a field that leads to assets
        widget=AutocompleteSelectMultiple(Inverter._meta.get_field("assets"), admin.site),  # noqa: SLF001
        help_text="The only assets that the key sees; others are as if unknown to it. None chosen: all.",
    )
    rate_per_minute = forms.IntegerField(
        label="Requests per minute",
        min_value=1,
        max_value=HIGHEST_RATE,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: as many as it likes.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "expires_at")
        labels = EXPIRY
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
        label="Sites",
        queryset=Site.objects.all(),
        widget=AutocompleteSelectMultiple(PartnerKey._meta.get_field("sites"), admin.site),  # noqa: SLF001
        help_text="The only sites that the key opens. Partners see a site that has a profile.",
    )
    rate_per_minute = forms.IntegerField(
        label="Requests per minute",
        min_value=0,
        max_value=HIGHEST_RATE,
        initial=DEFAULT_PARTNER_RATE,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="The plan: "
        + ", ".join(f"{plan.label} {plan.value}" for plan in RatePlan if plan.value)
        + ", 0: as many as it likes; or any other number.",
    )

    class Meta:
        model = PartnerKey
        fields = ("name", "expires_at")
        labels = EXPIRY
        help_texts = EXPIRY_HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["rate_per_minute"].initial = self.instance.rate_per_minute
            self.fields["site_ids"].initial = [site.pk for site in self.instance.sites.all()]
