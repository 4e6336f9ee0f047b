"""What an operator fills in for a version of an asset's spec; the rules are those of the API [SP1] to [SP3]."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.admin.quantity_fields import QuantityField
from assets.models import Spec
from assets.quantities import ENERGY, POWER
from assets.vocabulary import SPEC_QUANTITIES
from config.admin.forms import PlainDecimalField, RecordForm
from config.api.values import MICRO

UNITS = {"MW": POWER, "MWh": ENERGY}


def _quantity(name: str) -> Any:
    label, unit = SPEC_QUANTITIES[name]
    return QuantityField(UNITS[unit], label=label)


def _share(name: str) -> Any:
    said = _("More than 0, at most 1.")
    label, _unit = SPEC_QUANTITIES[name]
    return PlainDecimalField(label=label, min_value=MICRO, max_value=Decimal(1), required=False, help_text=said)


class SpecForm(RecordForm):
    """A version of an asset's spec; what it says is empty where nobody knows it."""

    rated_power = _quantity("rated_power")
    grid_connection_max_power = _quantity("grid_connection_max_power")
    max_capacity = _quantity("max_capacity")
    ramp_rate = PlainDecimalField(label=_("Ramp rate (MW/min)"), min_value=Decimal(0), required=False)
    charge_efficiency = _share("charge_efficiency")
    discharge_efficiency = _share("discharge_efficiency")
    daily_cycle_energy_limit = _quantity("daily_cycle_energy_limit")
    prequalified_fcr = _quantity("prequalified_fcr")
    prequalified_afrr_charge = _quantity("prequalified_afrr_charge")
    prequalified_afrr_discharge = _quantity("prequalified_afrr_discharge")

    class Meta:
        model = Spec
        fields = ("asset", "valid_from", "valid_to", "ramp_type")
        labels = {"valid_to": _("Until")}
        help_texts = {"valid_to": _("Empty: it holds until the next version begins.")}

    def clean_valid_from(self) -> Any:
        """A beginning that no other version of the asset has: what is there is corrected on its own page."""
        asset, start = self.cleaned_data.get("asset"), self.cleaned_data["valid_from"]
        if Spec.objects.filter(asset=asset, valid_from=start).exists():
            raise forms.ValidationError(gettext("A version of this asset begins then already; correct that one."))
        return start
