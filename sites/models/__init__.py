"""What the sites app stores."""

from sites.models.inverter import Inverter, InverterAsset
from sites.models.site import Site
from sites.models.telemetry import InverterReading, SiteReading

__all__ = ["Inverter", "InverterAsset", "InverterReading", "Site", "SiteReading"]
