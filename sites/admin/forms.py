"""What an operator fills in for sites and inverters; the rules are those of the API [ST1] to [ST5]."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from assets.admin.forms import PlacedRecordForm
from assets.models import Asset
from assets.quantities import Price
from config.admin.forms import PlainDecimalField, RecordForm
from config.api.values import MICRO
from sites.dispatch_mode import objection
from sites.models import Inverter, Site
from sites.vocabulary import LONGEST_SERVICE_INTERVAL, MOST_ASSETS

PRICES = ("floor_price", "strike_price", "price_currency")


class SiteForm(PlacedRecordForm):
    """A site's master record."""

    class Meta:
        model = Site
        fields = ("name", "code", "region", "delivery_area", "dispatch_mode_name", *PRICES)
        help_texts = {"price_currency": _("Prices are per MWh and may be negative; the floor is not above the strike.")}

    @property
    def prices(self) -> dict[str, Price | None]:
        """The two prices by their name, None where none was given."""
        currency = self.cleaned_data.get("price_currency") or ""
        amounts = {name: self.cleaned_data.get(name) for name in ("floor_price", "strike_price")}
        return {name: None if amount is None else Price(amount, currency) for name, amount in amounts.items()}

    def clean(self) -> dict[str, Any]:
        """The values, with prices that can stand together."""
        cleaned = super().clean()
        prices = self.prices
        if any(prices.values()) and not cleaned.get("price_currency"):
            self.add_error("price_currency", gettext("A price needs its currency."))
        elif sentence := objection(floor=prices["floor_price"], strike=prices["strike_price"]):
            self.add_error("strike_price", f"{sentence}.")
        return cleaned


class InverterForm(RecordForm):
    """An inverter, its plant data, and the assets behind it."""

    asset_ids = forms.ModelMultipleChoiceField(
        label=_("Assets behind it"),
        queryset=Asset.objects.all(),
        widget=AutocompleteSelectMultiple(Inverter._meta.get_field("assets"), admin.site),  # noqa: SLF001
    )
    rated_power = PlainDecimalField(label=_("Rated power (MW)"), min_value=MICRO)
    charge_efficiency = PlainDecimalField(
        label=_("Charge efficiency"), min_value=MICRO, max_value=Decimal(1), help_text=_("More than 0, at most 1.")
    )
    discharge_efficiency = PlainDecimalField(
        label=_("Discharge efficiency"), min_value=MICRO, max_value=Decimal(1), help_text=_("More than 0, at most 1.")
    )
    rated_dc_power = PlainDecimalField(label=_("Rated DC power (MW)"), min_value=MICRO, required=False)
    service_interval_days = forms.IntegerField(
        label=_("Service interval (days)"),
        min_value=1,
        max_value=LONGEST_SERVICE_INTERVAL,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = Inverter
        fields = ("site", "serial_number", "manufacturer", "model", "commissioned_on", "last_service_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("site", None)
            self.fields["asset_ids"].initial = self.listed

    def clean_asset_ids(self) -> Any:
        """The assets, which are not too many."""
        chosen = self.cleaned_data["asset_ids"]
        if len(chosen) > MOST_ASSETS:
            raise forms.ValidationError(gettext("At most %(most)s assets behind one inverter.") % {"most": MOST_ASSETS})
        return chosen

    @property
    def listed(self) -> list[str]:
        """The assets that are behind the inverter now, in their order."""
        return list(self.instance.listed_assets.order_by("id").values_list("asset_id", flat=True))

    @property
    def wanted(self) -> list[str]:
        """The chosen assets: those that were listed before keep their order, new ones follow as they were chosen."""
        posted: Any = self.data  # a QueryDict, which the stubs call a mapping
        chosen = {asset.pk for asset in self.cleaned_data["asset_ids"]}
        given = [*(self.listed if self.instance.pk else ()), *posted.getlist("asset_ids")]
        return [asset_id for asset_id in dict.fromkeys(given) if asset_id in chosen]
