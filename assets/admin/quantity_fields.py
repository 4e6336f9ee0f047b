"""Quantities as operators type them: an amount and its unit, converted exactly as the API converts them [C2]."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from assets.quantities import EXACT
from config.admin.forms import PlainDecimalField
from config.api.values import plain, storable

Choices = list[tuple[str, str]]


class QuantityWidget(forms.MultiWidget):
    """An amount, and beside it its unit; what is stored is shown in the unit that it is stored in."""

    def __init__(self, units: Choices) -> None:
        self.stored_in = units[0][0]
        unit = UnfoldAdminSelectWidget(choices=units, attrs={"aria-label": _("Unit"), "class": "desk-unit"})
        super().__init__([UnfoldAdminDecimalFieldWidget(attrs={"class": "desk-amount"}), unit])

    def decompress(self, value: Any) -> list[Any]:
        """The two inputs' values."""
        return [plain(value) if isinstance(value, Decimal) else value, self.stored_in]

    def id_for_label(self, id_: str) -> str:
        """The label is the amount's."""
        return f"{id_}_0" if id_ else id_


class QuantityField(forms.MultiValueField):
    """An amount that is not negative, in one of these units: each with what one of it is in the unit that is stored."""

    def __init__(self, units: Mapping[str, Decimal], **kwargs: Any) -> None:
        self.units, names = units, [(unit, unit) for unit in units]
        fields = (PlainDecimalField(min_value=Decimal(0), required=False), forms.ChoiceField(choices=names))
        widget = QuantityWidget(names)
        super().__init__(fields=fields, widget=widget, require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: Any) -> Decimal | None:
        """The amount in the unit that is stored."""
        if not data_list or data_list[0] is None:
            return None
        amount, unit = data_list
        try:
            return storable(EXACT.multiply(amount, self.units[unit]))
        except PydanticCustomError as error:
            said = gettext("In %(unit)s this has more than 12 digits before the point or more than 6 after it.")
            raise forms.ValidationError(said % {"unit": next(iter(self.units))}) from error
