"""Which events are stored already."""

from django.db import models


class StoredEvent(models.Model):
    """An event that is stored: it is written in the transaction that stores it, so that none is stored twice [E1].

    One that comes again is seen by its id. Ids are forgotten when nobody will deliver their events any more
    (config/desk/ingest).
    """

    pk = models.CompositePrimaryKey("stream", "event_id")
    stream = models.CharField(max_length=32, db_collation="C")
    event_id = models.CharField(max_length=64, db_collation="C")
    stored_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["stream", "stored_at"], name="event_stored_at")]

    def __str__(self) -> str:
        return f"{self.event_id} of {self.stream}"
