"""Keys of the two APIs. A key is shown once; what is stored cannot be turned back into it [C14]."""

from datetime import datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from config.api.scopes import SCOPES
from markets.vocabulary import LimitSource
from sites.models import Site

DEFAULT_PARTNER_RATE = 600


class KeyRecord(models.Model):
    """What both kinds of keys have."""

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, db_collation="C", unique=True, editable=False)
    hint = models.CharField("starts with", max_length=16, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="%(class)s_has_a_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}...)"

    @property
    def actor(self) -> str:
        """The audit trail's word for who holds the key; keys of one name stay apart by their number."""
        return f"key:{self.name}#{self.pk}"

    def opens_at(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_UNTRACKED = ["digest", "last_used_at"]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=_UNTRACKED)
class ApiKey(KeyRecord):
    """A key of the Asset Service: what it may do and what it sees; null sources, assets and rate mean no bounds."""

    scopes = ArrayField(models.CharField(max_length=32))
    sources = ArrayField(models.CharField(max_length=16), null=True, blank=True)
    asset_ids = ArrayField(models.CharField(max_length=64), null=True, blank=True)
    rate_per_minute = models.PositiveIntegerField(null=True, blank=True)

    class Meta(KeyRecord.Meta):
        verbose_name = "API key"
        constraints = [
            *KeyRecord.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=list(SCOPES), scopes__len__gte=1),
                name="apikey_scopes_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(sources=None)
                | models.Q(sources__contained_by=LimitSource.values, sources__len__gte=1),
                name="apikey_sources_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(asset_ids=None) | models.Q(asset_ids__len__gte=1),
                name="apikey_is_bound_to_an_asset_or_to_none",
            ),
            models.CheckConstraint(
                condition=models.Q(rate_per_minute=None) | models.Q(rate_per_minute__gte=1),
                name="apikey_rate_is_positive",
            ),
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=_UNTRACKED)
class PartnerKey(KeyRecord):
    """A partner's key: the sites it opens and how often a minute; a rate of 0 means no limit [P2]."""

    sites = models.ManyToManyField(Site, through="PartnerKeySite", related_name="partner_keys")
    rate_per_minute = models.PositiveIntegerField(default=DEFAULT_PARTNER_RATE)

    class Meta(KeyRecord.Meta):
        verbose_name = "partner key"


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class PartnerKeySite(models.Model):
    """A site that a partner's key opens."""

    key = models.ForeignKey(PartnerKey, models.CASCADE, related_name="opened_sites")
    site = models.ForeignKey(Site, models.CASCADE, related_name="opening_keys")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "site"], name="partnerkey_opens_a_site_once")]

    def __str__(self) -> str:
        return f"{self.site_id} for {self.key_id}"
