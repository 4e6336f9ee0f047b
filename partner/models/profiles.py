"""How a site is shown to partners, and what its energy is worth [P3]."""

from decimal import Decimal
from zoneinfo import available_timezones

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.db.models.lookups import Exact, Regex
from django.utils.translation import gettext_lazy as _

from assets.models.constraints import is_one_of
from partner.thresholds import are_thresholds
from partner.vocabulary import FLAT, TariffDays
from sites.models import Site

PUBLIC_NAME = r"^[A-Za-z0-9_ -]{1,64}$"
# What a site's id looks like [ST1]: no name may be taken for the id of a site, even of one that is yet to come.
SITE_ID = r"^(DE|PL)_(50HZ|AMPN|TNBW|TNNT|PSE)_[A-Za-z0-9-]{1,32}_SITE_[0-9]+$"
MARKET = r"^[A-Za-z0-9_.:-]{0,64}$"
ORIGINS = r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?( |$))*$"


def is_a_time_zone(name: str) -> None:
    """The name is one of the IANA database's; the database checks that it knows it too."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)r is not a time zone such as Africa/Johannesburg."), params={"name": name})


def _between(field: str, low: int, high: int, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__gte": low, f"{field}__lte": high}), name=name)


def _share(field: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__gt": 0, f"{field}__lte": 1}), name=name)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PartnerProfile(models.Model):
    """What partners know of a site: its name, place, money and targets. Without one it has no snapshots.

    `tariff` is the price per kWh outside every tariff period; without one, money is not computed. `market` names the
    market of the site's delivery area whose prices value the forecast in the tariff's place. `signal_thresholds`
    overrides documented defaults by their name. `frame_origins` may embed the site's dashboard.
    """

    site = models.OneToOneField(Site, models.CASCADE, related_name="partner_profile")
    public_name = models.CharField(max_length=64, unique=True, db_collation="C")
    time_zone = models.CharField(max_length=64, validators=[is_a_time_zone])
    latitude = models.DecimalField("latitude (°)", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("longitude (°)", max_digits=9, decimal_places=6, null=True, blank=True)
    tilt = models.DecimalField("tilt from level (°)", max_digits=5, decimal_places=2, null=True, blank=True)
    azimuth = models.DecimalField("azimuth from north (°)", max_digits=5, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    tariff = models.DecimalField("tariff per kWh", max_digits=18, decimal_places=6, null=True, blank=True)
    market = models.CharField(max_length=64, blank=True, default="", db_default="")
    pr_target = models.DecimalField(max_digits=7, decimal_places=6, default=Decimal("0.8"))
    availability_target = models.DecimalField(max_digits=7, decimal_places=6, default=Decimal("0.98"))
    signal_thresholds = models.JSONField(default=dict, blank=True, validators=[are_thresholds])
    frame_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(public_name__regex=PUBLIC_NAME),
                name="profile_public_name_is_plain",
                violation_error_message="A public name has 1 to 64 letters, digits, spaces, hyphens or underscores.",
            ),
            models.CheckConstraint(
                condition=~models.Q(public_name__regex=SITE_ID) | models.Q(public_name=models.F("site")),
                name="profile_public_name_is_not_another_sites_id",
                violation_error_message="This is how the id of another site looks.",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="profile_currency_is_a_code",
                violation_error_message="A currency is three capital letters, such as ZAR.",
            ),
            models.CheckConstraint(
                condition=models.Q(market__regex=MARKET),
                name="profile_market_is_a_word",
                violation_error_message="A market is 1 to 64 letters, digits, dots, colons, hyphens or underscores.",
            ),
            models.CheckConstraint(
                condition=Exact(
                    models.Func("signal_thresholds", function="jsonb_typeof", output_field=models.TextField()), "object"
                ),
                name="profile_signal_thresholds_are_named",
            ),
            models.CheckConstraint(
                condition=Regex(
                    models.Func(
                        "frame_origins",
                        models.Value(" "),
                        function="array_to_string",
                        output_field=models.TextField(),
                    ),
                    ORIGINS,
                ),
                name="profile_frame_origins_are_origins",
                violation_error_message="An origin is a scheme and a host, such as https://partner.example.",
            ),
            _between("latitude", -90, 90, name="profile_latitude_is_on_earth"),
            _between("longitude", -180, 180, name="profile_longitude_is_on_earth"),
            _between("tilt", 0, 90, name="profile_tilt_is_between_level_and_upright"),
            _between("azimuth", 0, 360, name="profile_azimuth_is_on_the_compass"),
            _share("pr_target", name="profile_pr_target_is_a_share"),
            _share("availability_target", name="profile_availability_target_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.public_name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TariffPeriod(models.Model):
    """A time of local days with a rate of its own; those of a site do not overlap, which the database forbids.

    An `end_time` of 00:00 is the end of the day. A time that passes midnight is two rows of one name, and a breakdown
    adds up what has one name.
    """

    profile = models.ForeignKey(PartnerProfile, models.CASCADE, related_name="tariff_periods")
    name = models.CharField(max_length=64)
    days = models.CharField(max_length=8, choices=TariffDays.choices, default=TariffDays.ALL)
    start_time = models.TimeField()
    end_time = models.TimeField()
    rate = models.DecimalField("rate per kWh", max_digits=18, decimal_places=6)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_time__lt=models.F("end_time")) | models.Q(end_time="00:00"),
                name="tariff_period_ends_after_its_start",
                violation_error_message="A period ends after its start; write one that passes midnight as two.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(name__iexact=FLAT),
                name="tariff_period_has_a_name_of_its_own",
                violation_error_message=f"A period has a name, and not {FLAT}, which is the time outside of all.",
            ),
            is_one_of("days", TariffDays, name="tariff_period_days_are_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_days_display()} {self.start_time:%H:%M} to {self.end_time:%H:%M}"
