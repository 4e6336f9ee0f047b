"""Which maintenance signals are published, and since when."""

from django.db import models

from partner.vocabulary import SignalType
from sites.models import Inverter, Site


class Signal(models.Model):
    """A signal of a site's current document: what keeps its id and its timestamp from run to run.

    `[start_time, end_time)` is what the last run found of it. A signal that a run does not find any more goes, and
    would be detected anew.
    """

    pk = models.CompositePrimaryKey("site_id", "signal_id")
    site = models.ForeignKey(Site, models.DO_NOTHING, db_constraint=False, db_index=False)
    signal_id = models.CharField(max_length=64, db_collation="C")
    inverter = models.ForeignKey(Inverter, models.DO_NOTHING, db_constraint=False)
    type = models.CharField(max_length=32, choices=SignalType.choices)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField()
    first_detected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")), name="signal_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.inverter_id} since {self.start_time:%Y-%m-%dT%H:%MZ}"
