"""The controlled words of periods. Their order is the order in which answers list them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LimitSource(TextChoices):
    """Who says a limit [L1]."""

    REPORTED = "REPORTED", _("Reported")
    OPERATIONS = "OPERATIONS", _("Operations")
    CUSTOMER = "CUSTOMER", _("Customer")
    PV = "PV", "PV"
    AVAILABILITY = "AVAILABILITY", _("Availability")


class LimitChangeAction(TextChoices):
    """What operators do to a source's limits."""

    SET = "SET", _("Set limits")
    LOCK = "LOCK", _("Lock trading")
    UNLOCK = "UNLOCK", _("Unlock trading")
    CLEAR = "CLEAR", _("Clear limits")
    UNDO = "UNDO", _("Undo")
