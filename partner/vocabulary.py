"""The controlled words of what others may see."""

from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

KPI_ROLLUP: Final = "kpi-rollup"
MAINTENANCE_SIGNALS: Final = "maintenance-signals"
MAINTENANCE_SCHEDULE: Final = "maintenance-schedule"
FORECAST: Final = "forecast"
FLAT: Final = "flat"  # what a breakdown calls the time outside every tariff period


class TariffDays(TextChoices):
    """On which local days a tariff period is in force."""

    ALL = "ALL", _("Every day")
    WEEKDAYS = "WEEKDAYS", _("Monday to Friday")
    WEEKENDS = "WEEKENDS", _("Saturday and Sunday")


class SignalType(TextChoices):
    """What a maintenance signal says of an inverter."""

    CRITICAL_STATE = "Critical State"
    WARNING_STATE = "Warning State"
    TEMPERATURE = "Temperature"
    CAPACITY_UNDERPERFORMANCE = "Capacity Underperformance"
    ZERO_PRODUCTION = "Zero Production"


class Severity(TextChoices):
    """How bad a signal is, and how urgent a task: the worst first."""

    CRITICAL = "Critical"
    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class TaskType(TextChoices):
    """What is to be done at an inverter."""

    INSPECTION = "inspection"
    CORRECTIVE_MAINTENANCE = "corrective_maintenance"
    SCHEDULED_SERVICE = "scheduled_service"


class RatePlan(IntegerChoices):
    """How often a partner's key may ask, in requests a minute; a key may also have a rate of its own [P2]."""

    TRIAL = 60, _("Trial")
    STANDARD = 600, _("Standard")
    FAST = 6_000, "Fast"
    UNLIMITED = 0, _("Unlimited")
