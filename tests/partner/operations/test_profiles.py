"""Partner profiles and tariff periods [P3]."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from config.errors import InvalidError
from partner.models import PartnerProfile, TariffPeriod
from partner.operations.profiles import save_profile, set_tariff_periods
from sites.models import Site
from tests.factories.plants import make_profile, make_site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def faults_of(site: Site, **fields: Any) -> set[str | int]:
    with pytest.raises(InvalidError) as refused:
        make_profile(site, **fields)
    return {fault.loc[-1] for fault in refused.value.faults}


def period(name: str = "Peak", days: str = "ALL", start: int = 6, end: int = 9) -> dict[str, Any]:
    return {"name": name, "days": days, "start_time": time(start), "end_time": time(end), "rate": Decimal("0.4")}


def test_a_site_gets_a_profile_with_documented_targets(site: Site) -> None:
    profile = make_profile(site)
    assert (profile.pr_target, profile.availability_target) == (Decimal("0.8"), Decimal("0.98"))
    assert profile.signal_thresholds == {}
    assert profile.frame_origins == []


def test_saving_again_changes_the_one_profile(site: Site) -> None:
    first = make_profile(site, public_name="Sibaya")
    changed = save_profile(site=site, fields={"currency": "ZAR"}, by="user:ben", now=NOW)
    assert changed.pk == first.pk
    assert (changed.public_name, changed.currency, changed.updated_at) == ("Sibaya", "ZAR", NOW)


@pytest.mark.parametrize("name", ["", "a" * 65, "Sibaya!", "Sibaya\n", "Síbaya", "a/b"])
def test_a_public_name_is_plain(site: Site, name: str) -> None:
    assert faults_of(site, public_name=name) & {"public_name", "__all__"}


def test_a_public_name_belongs_to_one_site(site: Site) -> None:
    make_profile(make_site(), public_name="Sibaya")
    assert faults_of(site, public_name="Sibaya") == {"public_name"}


@pytest.mark.parametrize("foreign", ["DE_50HZ_SUN_SITE_9999", "PL_PSE_A-1_SITE_1"])
def test_a_public_name_is_not_the_id_of_another_site(site: Site, foreign: str) -> None:
    """Also of one that does not exist yet."""
    assert faults_of(site, public_name=foreign) == {"__all__"}


def test_a_public_name_may_be_the_sites_own_id(site: Site) -> None:
    assert make_profile(site, public_name=site.pk).public_name == site.pk


@pytest.mark.parametrize("zone", ["", "Africa/Nowhere", "CEST", "UTC+3", "../etc/passwd", "africa/johannesburg"])
def test_a_time_zone_is_one_of_the_iana_database(site: Site, zone: str) -> None:
    assert faults_of(site, time_zone=zone) == {"time_zone"}


@pytest.mark.parametrize(
    "fields",
    [
        {"currency": "zar"},
        {"currency": "RAND"},
        {"latitude": Decimal(91)},
        {"longitude": Decimal(-181)},
        {"tilt": Decimal(91)},
        {"azimuth": Decimal(-1)},
        {"pr_target": Decimal(0)},
        {"availability_target": Decimal("1.1")},
        {"signal_thresholds": ["Capacity Underperformance"]},
        {"frame_origins": ["partner.example"]},
        {"frame_origins": ["https://partner.example/path"]},
        {"frame_origins": ["https://a.example; script-src *"]},
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, fields: dict[str, Any]) -> None:
    assert faults_of(site, **fields)
    assert not PartnerProfile.objects.exists()


def test_origins_that_may_frame_the_dashboard_are_kept(site: Site) -> None:
    origins = ["https://partner.example", "http://localhost:8080"]
    assert make_profile(site, frame_origins=origins).frame_origins == origins


def test_the_database_knows_only_time_zones_that_it_can_compute_with(profile: PartnerProfile) -> None:
    with pytest.raises(Exception, match="time zone"), transaction.atomic():
        PartnerProfile.objects.filter(pk=profile.pk).update(time_zone="Africa/Nowhere")


def test_tariff_periods_replace_each_other(profile: PartnerProfile) -> None:
    set_tariff_periods(profile=profile, periods=[period()], by="user:anna")
    set_tariff_periods(profile=profile, periods=[period("Night", start=22, end=0)], by="user:anna")
    assert [str(one) for one in profile.tariff_periods.all()] == ["Night: Every day 22:00 to 00:00"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (period(), period(start=8, end=10)),
        (period(start=0, end=0), period(days="WEEKENDS")),
        (period(days="WEEKDAYS"), period(days="WEEKDAYS")),
        (period(start=22, end=0), period(start=23, end=0)),
    ],
)
def test_overlapping_periods_are_refused_by_operation_and_database(
    profile: PartnerProfile, one: dict[str, Any], other: dict[str, Any]
) -> None:
    with pytest.raises(InvalidError, match="overlaps"):
        set_tariff_periods(profile=profile, periods=[one, other], by="user:anna")
    with pytest.raises(IntegrityError, match="tariff_periods_do_not_overlap"), transaction.atomic():
        TariffPeriod.objects.bulk_create(TariffPeriod(profile=profile, **fields) for fields in (one, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (period(), period(start=9, end=10)),
        (period(days="WEEKDAYS"), period(days="WEEKENDS")),
        (period(start=22, end=0), period(start=0, end=6)),
    ],
)
def test_periods_that_only_touch_stand_side_by_side(
    profile: PartnerProfile, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert len(set_tariff_periods(profile=profile, periods=[one, other], by="user:anna")) == 2


def test_periods_of_other_sites_are_no_overlap(profile: PartnerProfile) -> None:
    for one in (profile, make_profile(make_site())):
        set_tariff_periods(profile=one, periods=[period()], by="user:anna")
    assert TariffPeriod.objects.count() == 2


@pytest.mark.parametrize("fields", [period(start=9, end=6), period("Flat"), period(""), period(days="MONDAYS")])
def test_a_period_that_makes_no_sense_is_refused_and_the_old_ones_stay(
    profile: PartnerProfile, fields: dict[str, Any]
) -> None:
    set_tariff_periods(profile=profile, periods=[period("Peak")], by="user:anna")
    with pytest.raises(InvalidError):
        set_tariff_periods(profile=profile, periods=[fields], by="user:anna")
    assert profile.tariff_periods.get().name == "Peak"


def test_the_audit_trail_knows_who_changed_a_profile(profile: PartnerProfile) -> None:
    """[A7] holds for profiles too."""
    save_profile(site=profile.site, fields={"tariff": Decimal(2)}, by="user:ben", now=NOW)
    set_tariff_periods(profile=profile, periods=[period()], by="user:cem")
    events = apps.get_model("partner", "PartnerProfileEvent").objects.order_by("pgh_id")
    assert list(events.values_list("pgh_label", "pgh_context__actor")) == [
        ("insert", "user:anna"),
        ("update", "user:ben"),
    ]
    assert apps.get_model("partner", "TariffPeriodEvent").objects.get().pgh_context["actor"] == "user:cem"


def test_a_site_takes_its_profile_and_snapshots_with_it(profile: PartnerProfile) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    profile.site.delete()
    assert not PartnerProfile.objects.exists()
