"""The controlled words of the field, shared by all apps. Their order is the order in which answers list them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Region(TextChoices):
    """Control areas' countries."""

    DE = "DE"
    PL = "PL"


class DeliveryArea(TextChoices):
    """Where power is delivered: one transmission system operator's area each."""

    HZ50 = "50HZ", "50Hertz"
    AMPN = "AMPN", "Amprion"
    TNBW = "TNBW", "TransnetBW"
    TNNT = "TNNT", "TenneT"
    PSE = "PSE", "PSE"


AREAS_OF_REGION = {
    Region.DE: (DeliveryArea.HZ50, DeliveryArea.AMPN, DeliveryArea.TNBW, DeliveryArea.TNNT),
    Region.PL: (DeliveryArea.PSE,),
}

EIC_OF_AREA = {
    DeliveryArea.HZ50: "10YDE-VE-------2",
    DeliveryArea.AMPN: "10YDE-RWENET---I",
    DeliveryArea.TNNT: "10YDE-EON------1",
    DeliveryArea.TNBW: "10YDE-ENBW-----N",
    DeliveryArea.PSE: "10YPL-AREA-----S",
}


class Currency(TextChoices):
    """What a MWh is paid in."""

    EUR = "EUR"
    PLN = "PLN"


class AssetType(TextChoices):
    """What can be traded."""

    BESS = "BESS", _("Battery")
    VBAT = "VBAT", _("Virtual battery")
    PV = "PV", _("PV plant")
    DAA_SWAP = "DAA_SWAP", _("Day-ahead auction swap")
    DAA_SWAP_VBAT = "DAA_SWAP_VBAT", _("Day-ahead auction swap, virtual battery")
    GREY_COLOCATION = "GREY_COLOCATION", _("Grey colocation")
    GREEN_COLOCATION = "GREEN_COLOCATION", _("Green colocation")


class Provider(TextChoices):
    """Through whom an asset is reached."""

    ENERGIEKOPPLER = "ENERGIEKOPPLER"
    ENTELIOS = "ENTELIOS"
    EBX = "EBX"
    TERRALAYR = "TERRALAYR"
    TRANSITION_TECHNOLOGIES = "TRANSITION_TECHNOLOGIES"
    ASSET_SIMULATOR = "ASSET_SIMULATOR"
    NFT = "NFT"


class Lifecycle(TextChoices):
    """Where an asset is in its life; assets/lifecycle.py has the transitions."""

    DRAFT = "DRAFT", _("Draft")
    COMMISSIONING = "COMMISSIONING", _("Commissioning")
    LIVE = "LIVE", _("Live")
    SUSPENDED = "SUSPENDED", _("Suspended")
    DECOMMISSIONED = "DECOMMISSIONED", _("Decommissioned")


class Status(TextChoices):
    """How an asset is doing [S2]."""

    UNKNOWN = "UNKNOWN", _("Unknown")
    ONLINE = "ONLINE", _("Online")
    DEGRADED = "DEGRADED", _("Degraded")
    OFFLINE = "OFFLINE", _("Offline")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    FAULT = "FAULT", _("Fault")


class ReasonCategory(TextChoices):
    """Why an asset is in a status [S2]."""

    UNKNOWN = "UNKNOWN", _("Unknown")
    COMMUNICATION = "COMMUNICATION", _("Communication")
    TECHNICAL = "TECHNICAL", _("Technical")
    GRID = "GRID", _("Grid")
    MARKET = "MARKET", _("Market")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    OPERATOR = "OPERATOR", _("Operator")


class DispatchStatus(TextChoices):
    """How far an instruction has come [D1]. In this order: a later one replaces an earlier one, and never the reverse,
    so that what is stored does not depend on the order in which events arrive."""

    ISSUED = "ISSUED", _("Issued")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("Acknowledged")
    REJECTED = "REJECTED", _("Rejected")
    EXECUTED = "EXECUTED", _("Executed")
    FAILED = "FAILED", _("Failed")


# What a spec says, and the unit that it is stored in.
SPEC_QUANTITIES = {
    "rated_power": (_("Rated power"), "MW"),
    "grid_connection_max_power": (_("Grid connection"), "MW"),
    "max_capacity": (_("Capacity"), "MWh"),
    "ramp_rate": (_("Ramp rate"), "MW/min"),
    "charge_efficiency": (_("Charge efficiency"), ""),
    "discharge_efficiency": (_("Discharge efficiency"), ""),
    "daily_cycle_energy_limit": (_("Energy of a day's cycles"), "MWh"),
    "prequalified_fcr": (_("Prequalified FCR"), "MW"),
    "prequalified_afrr_charge": (_("Prequalified aFRR, charging"), "MW"),
    "prequalified_afrr_discharge": (_("Prequalified aFRR, discharging"), "MW"),
}
