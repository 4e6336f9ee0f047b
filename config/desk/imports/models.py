"""A file that an operator imports: what was found in it, and what became of it."""

import json
from decimal import Decimal

import pghistory
from django.db import models

from config.desk.imports.words import State

BULKY = ("content", "columns", "faults", "preview", "sentence")  # no part of the audit trail


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    exclude=[*BULKY, "done", "total", "attempts", "created_at", "changed_at"],
)
class Import(models.Model):
    """One file. Its content is kept until it is applied, a week at the longest; what was found in it stays.

    `done` of `total` is how far a run over it has come, `attempts` how often one was begun.
    """

    kind = models.CharField(max_length=32)
    file_name = models.CharField(max_length=200)
    by = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State.choices)
    sentence = models.TextField(default="")
    rows = models.IntegerField(default=0)
    columns = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    faults_total = models.IntegerField(default=0)
    preview = models.JSONField(default=list)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    content = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=[State.CHECKING, State.APPLYING]),
                name="imports_under_way",
            ),
            models.Index(fields=["created_at"], condition=models.Q(content__isnull=False), name="imports_with_content"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.kind})"

    @property
    def is_under_way(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self.state in (State.CHECKING, State.APPLYING)

    @property
    def may_be_applied(self) -> bool:
        """Whether it was checked, and nothing in it is wrong."""
        return self.state == State.CHECKED and not self.faults_total and self.content is not None


class ExactDecoder(json.JSONDecoder):
    """Reads numbers as PostgreSQL wrote them."""

    def __init__(self) -> None:
        super().__init__(parse_float=Decimal)


class ImportedRow(models.Model):
    """A row of periods that an import has inserted or changed, as JSON: `before` is null where it was not there."""

    import_of = models.ForeignKey(Import, models.CASCADE, db_column="import_id", related_name="kept_rows")
    before = models.JSONField(null=True, decoder=ExactDecoder)
    after = models.JSONField(decoder=ExactDecoder)

    class Meta:
        indexes = [models.Index(fields=["import_of", "id"], name="imported_rows_of_import")]

    def __str__(self) -> str:
        return f"row {self.pk} of import {self.import_of_id}"
