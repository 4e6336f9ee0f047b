"""Two fleets that have nothing to do with each other, each with rows of every kind, for checks of what keys may see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from assets.models import Asset
from partner.models import CustomKind, PartnerProfile
from sites.models import Site
from tests.contract.conftest import Call
from tests.contract.operations import WITH_BODY, Operation
from tests.factories.assets import make_asset
from tests.factories.custom_kinds import make_document, make_kind
from tests.factories.dispatches import make_dispatch
from tests.factories.plants import make_profile
from tests.factories.sites import add_inverter, add_site
from tests.factories.snapshots import EXAMPLES, make_snapshot

# The records that the examples of the document name.
NAMED = {
    "DE_AMPN_IMMST_SITE_1_INV_1": "inverter_id",
    "DE_AMPN_IMMST_SITE_1": "site_id",
    "DE_50HZ_WU_1": "asset_id",
    "DE_AMPN_IMMST_1": "asset_id",
    "DE_AMPN_IMMST_2": "other_id",
}


@dataclass(frozen=True)
class Fleet:
    """A site with an inverter and two assets behind it; `word` stands in all their names."""

    word: str
    ids: Mapping[str, str]
    public_name: str

    @property
    def asset_ids(self) -> list[str]:
        return [self.ids["asset_id"], self.ids["other_id"]]

    @property
    def site(self) -> Site:
        return Site.objects.get(pk=self.ids["site_id"])

    @property
    def profile(self) -> PartnerProfile:
        return PartnerProfile.objects.get(site=self.site)


def content_about(operation: Operation, ids: Mapping[str, str]) -> bytes:
    """The operation's example, about these records."""
    if operation.example is None:
        return b""
    text = json.dumps(operation.example)
    for named, kind in NAMED.items():
        text = text.replace(f'"{named}"', json.dumps(ids[kind]))
    return text.encode()


def address_about(operation: Operation, ids: Mapping[str, str], *, public_name: str = "") -> str:
    """The operation's address about these records; partners name a site as they know it."""
    named = {**ids, "site_id": public_name} if operation.is_partners and public_name else dict(ids)
    return operation.address(named)


def make_fleet(word: str) -> Fleet:
    """As the application makes one."""
    assets = [make_asset(code=word, name=f"{word} battery {number}").pk for number in range(2)]
    site = add_site(code=word)
    Site.objects.filter(pk=site.pk).update(name=f"{word} park")
    inverter = add_inverter(site, *assets)
    profile = make_profile(site, public_name=f"{word}-park")
    for kind in EXAMPLES:
        make_snapshot(profile, now=timezone.now(), kind=kind)
    for number, asset in enumerate(Asset.objects.filter(pk__in=assets)):
        make_dispatch(asset, f"{word}-dispatch-{number}")
    ids = {"asset_id": assets[0], "other_id": assets[1], "site_id": site.pk, "inverter_id": inverter.pk}
    return Fleet(word, ids, profile.public_name)


def add_kind(*fleets: Fleet) -> str:
    """A kind of documents that an operator has registered, with one of each fleet."""
    kind = CustomKind.objects.first() or make_kind()
    for fleet in fleets:
        make_document(kind, fleet.site)
    return kind.name


def fill(fleet: Fleet, call: Call) -> None:
    """Rows of every kind, by what the document's own examples write."""
    for operation in batches():
        answer = call(operation.method, operation.path(fleet.ids), content_about(operation, fleet.ids))
        assert answer.status_code in (200, 201, 204), (operation, answer.content)


def batches() -> Iterator[Operation]:
    """The operations that write rows."""
    periods = ("limits", "forecasts", "prices", "reservations", "specs", "state-snapshots", "inverters", "sites")
    return (
        one
        for one in WITH_BODY
        if one.template.rpartition("/")[2] in periods and (one.method != "POST" or "snapshots" in one.template)
    )
