"""Sites and inverters in the back office."""

from sites.admin.inverters import InverterAdmin
from sites.admin.limit_changes import SiteLimitChangeAdmin
from sites.admin.sites import SiteAdmin

__all__ = ["InverterAdmin", "SiteAdmin", "SiteLimitChangeAdmin"]
