"""What operators manage beside the fleet: schedules, users and groups."""

from config.desk.admin.accounts import OperatorAdmin, RoleAdmin
from config.desk.admin.schedules import CrontabAdmin, IntervalAdmin, PeriodicTaskAdmin

__all__ = ["CrontabAdmin", "IntervalAdmin", "OperatorAdmin", "PeriodicTaskAdmin", "RoleAdmin"]
