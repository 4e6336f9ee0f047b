"""The controlled words of what others may see."""

from typing import Final

from django.db.models import TextChoices

KPI_ROLLUP: Final = "kpi-rollup"
FLAT: Final = "flat"  # what a breakdown calls the time outside every tariff period


class TariffDays(TextChoices):
    """On which local days a tariff period is in force."""

    ALL = "ALL", "Every day"
    WEEKDAYS = "WEEKDAYS", "Monday to Friday"
    WEEKENDS = "WEEKENDS", "Saturday and Sunday"
