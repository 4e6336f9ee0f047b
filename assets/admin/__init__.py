"""Assets and their specs in the back office."""

from assets.admin.assets import AssetAdmin
from assets.admin.specs import SpecAdmin

__all__ = ["AssetAdmin", "SpecAdmin"]
