"""The controlled words of the field, shared by all apps. Their order is the order in which answers list them."""

from django.db.models import TextChoices


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

    BESS = "BESS", "Battery"
    VBAT = "VBAT", "Virtual battery"
    PV = "PV", "PV plant"
    DAA_SWAP = "DAA_SWAP", "Day-ahead auction swap"
    DAA_SWAP_VBAT = "DAA_SWAP_VBAT", "Day-ahead auction swap, virtual battery"
    GREY_COLOCATION = "GREY_COLOCATION", "Grey colocation"
    GREEN_COLOCATION = "GREEN_COLOCATION", "Green colocation"


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

    DRAFT = "DRAFT", "Draft"
    COMMISSIONING = "COMMISSIONING", "Commissioning"
    LIVE = "LIVE", "Live"
    SUSPENDED = "SUSPENDED", "Suspended"
    DECOMMISSIONED = "DECOMMISSIONED", "Decommissioned"


class Status(TextChoices):
    """How an asset is doing [S2]."""

    UNKNOWN = "UNKNOWN", "Unknown"
    ONLINE = "ONLINE", "Online"
    DEGRADED = "DEGRADED", "Degraded"
    OFFLINE = "OFFLINE", "Offline"
    MAINTENANCE = "MAINTENANCE", "Maintenance"
    FAULT = "FAULT", "Fault"


class ReasonCategory(TextChoices):
    """Why an asset is in a status [S2]."""

    UNKNOWN = "UNKNOWN", "Unknown"
    COMMUNICATION = "COMMUNICATION", "Communication"
    TECHNICAL = "TECHNICAL", "Technical"
    GRID = "GRID", "Grid"
    MARKET = "MARKET", "Market"
    MAINTENANCE = "MAINTENANCE", "Maintenance"
    OPERATOR = "OPERATOR", "Operator"


class DispatchStatus(TextChoices):
    """How far an instruction has come [D1]. In this order: a later one replaces an earlier one, and never the reverse,
    so that what is stored does not depend on the order in which events arrive."""

    ISSUED = "ISSUED", "Issued"
    ACKNOWLEDGED = "ACKNOWLEDGED", "Acknowledged"
    REJECTED = "REJECTED", "Rejected"
    EXECUTED = "EXECUTED", "Executed"
    FAILED = "FAILED", "Failed"
