"""Forms of records that are changed by operations."""

import json
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.forms.fields import InvalidJSONInput
from django.utils.formats import sanitize_separators
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from config.api.values import DECIMALS, WHOLE_DIGITS, plain
from config.errors import DomainError, InvalidError


class PlainDecimalField(forms.DecimalField):
    """A number with at most six decimals, shown in its shortest plain form as the API answers it [C2]."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": WHOLE_DIGITS + DECIMALS, "decimal_places": DECIMALS, **kwargs})

    def to_python(self, value: Any) -> Any:
        """The number; with the decimal separator of the page's language, or a point."""
        return super().to_python(sanitize_separators(value))

    def prepare_value(self, value: Any) -> Any:
        """As inputs of numbers want it: browsers show it in the page's language."""
        return plain(value) if isinstance(value, Decimal) else value


class StorableJSONField(forms.JSONField):
    """JSON that the parser survives and the database takes: not nested without end, without NUL or lone surrogates."""

    def to_python(self, value: Any) -> Any:
        """The document."""
        try:
            document = super().to_python(value)
            text = json.dumps(document, ensure_ascii=False)
            text.encode()
        except (RecursionError, UnicodeEncodeError):
            raise forms.ValidationError(self.error_messages["invalid"], params={"value": "this"}) from None
        if "\\u0000" in text:
            raise forms.ValidationError(self.error_messages["invalid"], params={"value": "NUL"})
        return document

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed: it is not parsed again to be shown again."""
        return initial if self.disabled or data is None else InvalidJSONInput(data)


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A record's form: shows what an operation refused, and refuses to overwrite what somebody else changed meanwhile.

    `seen` carries the `updated_at` that the page was made from.
    """

    refusal: ClassVar[DomainError | None] = None
    seen = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.version

    @property
    def version(self) -> str:
        """What changes with each change of the record; empty for a new one."""
        changed_at = getattr(self.instance, "updated_at", None) if self.instance.pk else None
        return changed_at.isoformat() if changed_at else ""

    @property
    def edited(self) -> dict[str, Any]:
        """The fields that the operator changed, with their new values."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "seen"}

    @property
    def filled_in(self) -> dict[str, Any]:
        """All fields of the form with their values."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def clean(self) -> dict[str, Any]:
        """The values, unless the record was changed since the page was made or an operation refused them."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("seen") and cleaned["seen"] != self.version:
            self.add_error(
                None, gettext("Somebody else changed this meanwhile, so nothing was saved. Load the page again.")
            )
        if self.refusal:
            show_refusal(self, self.refusal)
        return cleaned


def show_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """Say in the form what an operation refused: each fault at its field, the rest above all fields."""
    if not isinstance(refusal, InvalidError):
        form.add_error(None, refusal.sentence)
        return
    for fault in refusal.faults:
        field = next((part for part in fault.loc if isinstance(part, str) and part in form.fields), None)
        form.add_error(field, fault.msg)
