"""The controlled words of sites and their telemetry."""

from django.db.models import TextChoices

LONGEST_SERVICE_INTERVAL = 36_500  # days: a century, so that the next service is always a date
MOST_ASSETS = 500  # behind one inverter [ST4]


class DispatchModeName(TextChoices):
    """How a site is dispatched [ST1]."""

    PRICE_BASED = "PRICE_BASED", "By price"
    SCHEDULE_BASED = "SCHEDULE_BASED", "By schedule"
    MANUAL = "MANUAL", "By hand"


class InverterState(TextChoices):
    """What an inverter says of itself [T1]."""

    NORMAL = "NORMAL", "Normal"
    WARNING = "WARNING", "Warning"
    CRITICAL = "CRITICAL", "Critical"
    FAULT = "FAULT", "Fault"
    OFFLINE = "OFFLINE", "Offline"
    STANDBY = "STANDBY", "Standby"
    UNKNOWN = "UNKNOWN", "Unknown"
