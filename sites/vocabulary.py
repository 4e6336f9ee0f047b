"""The controlled words of sites and their telemetry."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LONGEST_SERVICE_INTERVAL = 36_500  # days: a century, so that the next service is always a date
MOST_ASSETS = 500  # behind one inverter [ST4]


class DispatchModeName(TextChoices):
    """How a site is dispatched [ST1]."""

    PRICE_BASED = "PRICE_BASED", _("By price")
    SCHEDULE_BASED = "SCHEDULE_BASED", _("By schedule")
    MANUAL = "MANUAL", _("By hand")


class InverterState(TextChoices):
    """What an inverter says of itself [T1]."""

    NORMAL = "NORMAL", _("Normal")
    WARNING = "WARNING", _("Warning")
    CRITICAL = "CRITICAL", _("Critical")
    FAULT = "FAULT", _("Fault")
    OFFLINE = "OFFLINE", _("Offline")
    STANDBY = "STANDBY", _("Standby")
    UNKNOWN = "UNKNOWN", _("Unknown")


class SiteLimitAction(TextChoices):
    """What operators do to the limits of a point of connection."""

    SET = "SET", _("Set limits")
    CLEAR = "CLEAR", _("Clear limits")
