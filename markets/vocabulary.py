"""The controlled words of periods. Their order is the order in which answers list them."""

from django.db.models import TextChoices


class LimitSource(TextChoices):
    """Who says a limit [L1]."""

    REPORTED = "REPORTED", "Reported"
    OPERATIONS = "OPERATIONS", "Operations"
    CUSTOMER = "CUSTOMER", "Customer"
    PV = "PV", "PV"
    AVAILABILITY = "AVAILABILITY", "Availability"


class LimitChangeAction(TextChoices):
    """What operators do to a source's limits."""

    SET = "SET", "Set limits"
    LOCK = "LOCK", "Lock trading"
    UNLOCK = "UNLOCK", "Unlock trading"
    CLEAR = "CLEAR", "Clear limits"
    UNDO = "UNDO", "Undo"
