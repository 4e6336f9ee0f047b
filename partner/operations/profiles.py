"""Giving a site its partner profile and its tariff periods [P3]."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from itertools import combinations
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext

from config.api.audit import change
from config.errors import Fault, InvalidError
from partner.models import PartnerProfile, TariffPeriod
from partner.vocabulary import TariffDays
from sites.models import Site


def save_profile(*, site: Site, fields: Mapping[str, Any], by: str, now: datetime) -> PartnerProfile:
    """Give the site a profile, or change the given fields of the one it has.

    InvalidError names every field that cannot be stored.
    """
    with change(by):
        found = PartnerProfile.objects.select_for_update(no_key=True).filter(site=site).first()
        profile = found or PartnerProfile(site=site, created_at=now)
        for field, value in fields.items():
            setattr(profile, field, value)
        profile.updated_at = now
        _refuse_invalid([profile], exclude=["created_at", "updated_at"])
        profile.save()
    return profile


def set_tariff_periods(
    *, profile: PartnerProfile, periods: Sequence[Mapping[str, Any]], by: str
) -> Sequence[TariffPeriod]:
    """Replace the tariff periods of a profile, each `{name, days, start_time, end_time, rate}`.

    InvalidError names the periods that cannot be stored and the first two that overlap.
    """
    rows = [TariffPeriod(profile=profile, **period) for period in periods]
    with change(by):
        PartnerProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
        profile.tariff_periods.all().delete()
        _refuse_invalid(rows)
        if overlap := overlapping(rows):
            said = gettext("%(first)s overlaps %(second)s") % {"first": overlap[0], "second": overlap[1]}
            raise InvalidError([Fault(("tariff_periods",), said, "overlap")])
        TariffPeriod.objects.bulk_create(rows)
    return rows


def overlapping(periods: Iterable[TariffPeriod]) -> tuple[TariffPeriod, TariffPeriod] | None:
    """The first two of a profile's periods that would be in force at once; forms ask before the database refuses."""
    for one, other in combinations(periods, 2):
        share_a_day = TariffDays.ALL in (one.days, other.days) or one.days == other.days
        if share_a_day and one.start_time < _end(other) and other.start_time < _end(one):
            return one, other
    return None


def _end(period: TariffPeriod) -> time:
    return period.end_time if period.end_time != time.min else time.max


def _refuse_invalid(rows: Sequence[models.Model], *, exclude: Sequence[str] = ()) -> None:
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        place: tuple[str | int, ...] = () if len(rows) == 1 else (index,)
        try:
            row.full_clean(exclude=exclude)
        except ValidationError as error:
            faults += [
                Fault((*place, field), " ".join(found) if field == NON_FIELD_ERRORS else f"{field}: {' '.join(found)}")
                for field, found in error.message_dict.items()
            ]
    if faults:
        raise InvalidError(faults)
