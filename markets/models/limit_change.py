"""Changes of limits that operators make: who, when, and each slot before and after, so that they can be undone."""

from django.db import models

from assets.models.constraints import is_one_of
from assets.models.slot_change import SlotChange
from markets.vocabulary import LimitChangeAction, LimitSource


class LimitChange(SlotChange):
    """One change of one source's limits. `undoes` is the change that this one takes back; none is taken back twice."""

    action = models.CharField(max_length=8, choices=LimitChangeAction.choices)
    source = models.CharField(max_length=16, choices=LimitSource.choices)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        verbose_name = "change of limits"
        verbose_name_plural = "changes of limits"
        constraints = [
            is_one_of("action", LimitChangeAction, name="limit_change_action_is_known"),
            is_one_of("source", LimitSource, name="limit_change_source_is_known"),
        ]


class LimitChangeSlot(models.Model):
    """One slot of one asset: the source's values before and after; null: there was no row."""

    pk = models.CompositePrimaryKey("asset_id", "start_time", "change_id")
    change = models.ForeignKey(LimitChange, models.CASCADE, related_name="slot_rows")
    asset_id = models.CharField(max_length=100, db_collation="C")
    start_time = models.DateTimeField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.start_time:%Y-%m-%dT%H:%MZ}"
