"""What the markets app stores."""

from markets.models.limit import Limit

__all__ = ["Limit"]
