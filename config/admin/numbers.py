"""Numbers as operators read them."""

from decimal import Decimal

from django.utils.formats import get_format

from config.api.values import plain


def shown_number(value: object) -> str:
    """A decimal, or its text, in its shortest plain form, with the decimal separator of the page's language."""
    text = plain(value) if isinstance(value, Decimal) else str(value)
    return text.replace(".", str(get_format("DECIMAL_SEPARATOR")))
