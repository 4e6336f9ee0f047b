"""Instants as operators read them: by the local clock, with the zone's abbreviation, and UTC for whoever asks."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString


def moment(at: datetime | None, style: str = "seconds") -> SafeString:
    """A `<time>` element; its title and its datetime are in UTC. Empty for None.

    `style`: seconds, minutes, or weekday, which is minutes after the day of the week.
    """
    if at is None:
        return SafeString("")
    utc = at.astimezone(UTC)
    written = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    title = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', written, title, said(at, style))


def said(at: datetime, style: str = "seconds") -> str:
    """The same as plain text, for sentences."""
    formats = {"seconds": get_format("DATETIME_FORMAT"), "minutes": get_format("SHORT_DATETIME_FORMAT")}
    formats["weekday"] = f"D {formats['minutes']}"
    local = _local(at)
    # Django leaves the zone out where the hour comes twice: just where it is needed
    return f"{date_format(local, formats[style].removesuffix(' e'))} {local.tzname()}"


def _local(at: datetime) -> datetime:
    try:
        return timezone.localtime(at)
    except OverflowError:  # the last hours of all time, for which the local calendar has no day
        return at.astimezone(UTC)


def shown_as_moments(model: type[Model], names: Any, *, empty: str, but: Collection[str] = ()) -> Any:
    """Names of what an admin page shows, `but` those of inputs: each instant of the model becomes a column."""
    of_model = model._meta.fields  # noqa: SLF001  Django's public, if underlined
    fields = {one.name: one for one in of_model if isinstance(one, DateTimeField) and one.name not in but}

    def shown(name: Any) -> Any:
        if isinstance(name, tuple | list):
            return type(name)(shown(one) for one in name)
        return _column(fields[name], empty) if isinstance(name, str) and name in fields else name

    return shown(names)


@cache
def _column(field: Any, empty: str) -> Callable[[Any], str]:
    def column(record: Any) -> str:
        return moment(getattr(record, field.name)) or empty

    column.__name__ = field.name
    column.short_description = field.verbose_name  # type: ignore[attr-defined]  # as Django's admin reads columns
    column.admin_order_field = field.name  # type: ignore[attr-defined]
    return column
