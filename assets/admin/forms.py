"""What an operator fills in for an asset; the rules are those of the API [A1] [A3]."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from assets.admin.page import LABELS
from assets.models import Asset
from assets.vocabulary import AREAS_OF_REGION, DeliveryArea, Region
from config.admin.forms import RecordForm

NOTHING_YET = ("", _("Select value"))
REGIONS = [NOTHING_YET, *((region.value, region.value) for region in Region)]
AREAS_BY_REGION = [
    NOTHING_YET,
    *(
        (region.value, [(area.value, f"{area.label} ({area.value})") for area in areas])
        for region, areas in AREAS_OF_REGION.items()
    ),
]


class CodeField(forms.RegexField):
    """The short name in an id."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        said = _("A code has 1 to 32 letters, digits and hyphens.")
        super().__init__(regex=r"^[A-Za-z0-9-]{1,32}$", error_messages={"invalid": said}, help_text=said, **kwargs)


class PlacedRecordForm(RecordForm):
    """The form of a record that lies in a delivery area of a region; code and place are given once, at creation."""

    code = CodeField(label=_("Code"))
    region = forms.ChoiceField(label=_("Region"), choices=REGIONS, widget=UnfoldAdminSelectWidget)
    delivery_area = forms.ChoiceField(label=_("Delivery area"), choices=AREAS_BY_REGION, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("code", "region", "delivery_area"):
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        """The values, with an area that lies in the region."""
        cleaned = super().clean()
        region, area = cleaned.get("region"), cleaned.get("delivery_area")
        if region and area and area not in AREAS_OF_REGION[Region(region)]:
            areas = ", ".join(known.value for known in AREAS_OF_REGION[Region(region)])
            said = gettext("%(area)s is not in %(region)s, which has %(areas)s.")
            named = {"area": DeliveryArea(area).label, "region": region, "areas": areas}
            self.add_error("delivery_area", said % named)
        return cleaned


class AssetForm(PlacedRecordForm):
    """An asset's master record."""

    class Meta:
        model = Asset
        fields = ("name", "code", "type", "region", "delivery_area", "provider", "go_live_date")
        labels = LABELS
