"""What the markets app stores."""

from markets.models.forecast import Forecast
from markets.models.limit import Limit
from markets.models.limit_change import LimitChange, LimitChangeSlot
from markets.models.price import Price
from markets.models.reservation import Reservation

__all__ = ["Forecast", "Limit", "LimitChange", "LimitChangeSlot", "Price", "Reservation"]
