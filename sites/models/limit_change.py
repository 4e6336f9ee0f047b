"""Changes of points of connection's limits that operators make: who, when, and what was there before and after."""

from django.db import models

from assets.models.constraints import is_one_of
from assets.models.slot_change import SlotChange
from sites.vocabulary import SiteLimitAction


class SiteLimitChange(SlotChange):
    """One change of a site's limits. `before` and `after` hold the same windows, a limit each, or nulls where none was.

    The site is named and not referred to: what was done to it outlives it.
    """

    site_id = models.CharField("site", max_length=100, db_collation="C")
    action = models.CharField(max_length=8, choices=SiteLimitAction.choices)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)

    class Meta:
        verbose_name = "change of a site's limits"
        verbose_name_plural = "changes of sites' limits"
        constraints = [is_one_of("action", SiteLimitAction, name="site_limit_change_action_is_known")]
