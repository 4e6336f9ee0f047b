"""What the HTTP plumbing stores."""

from django.db import models

LONGEST_PATH = 500  # several times the longest address that names something


class StoredAnswer(models.Model):
    """The answer to a POST that carried an Idempotency-Key, for a day [C12]; `key` is the digest of that."""

    pk = models.CompositePrimaryKey("caller", "path", "key")
    caller = models.CharField(max_length=300, db_collation="C")
    path = models.CharField(max_length=LONGEST_PATH, db_collation="C")
    key = models.CharField(max_length=255, db_collation="C")
    digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.status} to {self.key} of {self.caller} at {self.path}"
