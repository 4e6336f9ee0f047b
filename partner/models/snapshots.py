"""What partners read: documents computed before anybody asks [P6]."""

from django.db import models
from django.utils.translation import gettext

from sites.models import Site

KIND = r"^[A-Za-z0-9_ -]{1,64}$"
_PUBLISHED = (
    "body",
    "etag",
    "stale_body",
    "stale_etag",
    "content_digest",
    "published_at",
    "last_success_at",
    "stale_from",
)


def _all_or_none(fields: tuple[str, ...]) -> models.Q:
    all_given = models.Q(**{f"{field}__isnull": False for field in fields})
    return all_given | models.Q(**{f"{field}__isnull": True for field in fields})


class Snapshot(models.Model):
    """The one current document of a kind and site, whole in one row: a reader sees all of it or its predecessor.

    Until the first run succeeds there is no body. `body` is served until `stale_from`, then `stale_body`, the same
    document with `stale` true; each is held packed by gzip too (null: whoever reads it packs it). `inputs` is the
    fingerprint of what it was computed from; `requested_at` is when an operator asked for it to be computed anew.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="snapshots")
    kind = models.CharField(max_length=64, db_collation="C")
    body = models.TextField(null=True)  # noqa: DJ001  null: nothing was published yet
    etag = models.CharField(max_length=80, null=True)  # noqa: DJ001
    stale_body = models.TextField(null=True)  # noqa: DJ001
    stale_etag = models.CharField(max_length=80, null=True)  # noqa: DJ001
    packed_body = models.BinaryField(null=True)
    packed_stale_body = models.BinaryField(null=True)
    content_digest = models.CharField(max_length=64, null=True)  # noqa: DJ001
    published_at = models.DateTimeField(null=True)
    data_through = models.DateTimeField(null=True)
    inputs = models.CharField(max_length=64, default="")
    last_checked_at = models.DateTimeField("last run")
    last_success_at = models.DateTimeField("last success", null=True)
    next_check_at = models.DateTimeField("next run")
    stale_from = models.DateTimeField(null=True)
    last_failure = models.TextField(blank=True, default="")
    last_failed_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind"], name="snapshot_is_one_per_site_and_kind"),
            models.CheckConstraint(condition=models.Q(kind__regex=KIND), name="snapshot_kind_is_plain"),
            models.CheckConstraint(condition=_all_or_none(_PUBLISHED), name="snapshot_is_published_whole"),
        ]

    def __str__(self) -> str:
        return gettext("%(kind)s of %(site)s") % {"kind": self.kind, "site": self.site_id}


class SnapshotVersion(models.Model):
    """A document as it was published, kept for 90 days after a later one took its place [P8]."""

    pk = models.CompositePrimaryKey("site_id", "kind", "published_at")
    site = models.ForeignKey(Site, models.DO_NOTHING, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=64, db_collation="C")
    published_at = models.DateTimeField()
    body = models.TextField()
    etag = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.kind} of {self.site_id}, {self.published_at:%Y-%m-%dT%H:%M:%SZ}"
