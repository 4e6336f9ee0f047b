"""Numbers of records whose id is counted per prefix."""

from django.db import models


class NumberSeries(models.Model):
    """The last number that a prefix has given; never taken back, so an id is never used twice [A1]."""

    prefix = models.CharField(primary_key=True, max_length=80, db_collation="C")
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.prefix}_{self.last}"
