"""Assets in the back office."""

from assets.admin.assets import AssetAdmin

__all__ = ["AssetAdmin"]
