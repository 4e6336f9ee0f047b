"""How often what is known of something has changed."""

from django.db import models


class Revision(models.Model):
    """One number per owner (an asset, a site, an inverter) and kind of period, raised with each write that changes it.

    A list's ETag and a snapshot's inputs are made of these, so that nobody reads the periods to learn that they are
    the same [C13] [P6]. No foreign key: the owner may be any record, and a deleted owner's number never comes back.
    """

    pk = models.CompositePrimaryKey("owner_id", "kind")
    owner_id = models.CharField(max_length=96, db_collation="C")
    kind = models.CharField(max_length=32, db_collation="C")
    number = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner_id} {self.kind} {self.number}"
