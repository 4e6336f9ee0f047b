"""What the sites app stores."""

from sites.models.inverter import Inverter, InverterAsset
from sites.models.limit_change import SiteLimitChange
from sites.models.limits import InverterLimit, SiteLimit
from sites.models.site import Site
from sites.models.telemetry import InverterReading, SiteReading

__all__ = [
    "Inverter",
    "InverterAsset",
    "InverterLimit",
    "InverterReading",
    "Site",
    "SiteLimit",
    "SiteLimitChange",
    "SiteReading",
]
