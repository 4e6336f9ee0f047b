"""A site's delivery day, as its page's chart gets it; figures checked by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.periods import SLOT
from assets.vocabulary import AssetType
from sites.models import InverterReading
from sites.queries import asset_ids_of
from tests.factories.clients import ApiClient
from tests.factories.limits import limit_item, make_limits
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.plants import make_inverter, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def day_of(desk: Client, site_id: str, day: str = "2026-05-01") -> dict[str, Any]:
    answer = desk.get(f"/admin/site-day/{site_id}?day={day}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_sums_what_the_assets_may_do(desk: Client) -> None:
    site = make_site()
    first, second = asset_ids_of(make_inverter(site, behind=(AssetType.BESS, AssetType.BESS)))
    make_limits(limit_item(first, power_charge="-5", power_discharge="4"))
    make_limits(limit_item(second, power_charge="-1", power_discharge="2.5"))
    make_limits(limit_item(second, source="OPERATIONS", power_discharge="2"))

    day = day_of(desk, site.pk)

    assert day["assets"] == 2
    assert day["allowed"][0] == {
        "start_time": "2026-05-01T06:00:00Z",
        "discharge": "6",
        "charge": "-6",
        "limited": 2,
        "locked": 0,
    }
    assert len(day["allowed"]) == 2


def test_it_lists_the_limits_of_the_point_of_connection(desk: Client) -> None:
    site = make_site()
    window = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T07:00:00Z"}
    ApiClient().represented(
        "PUT", f"/sites/{site.pk}/limits", {"limits": [{**window, "power_import": "-3", "power_export": "8"}]}
    )

    (limit,) = day_of(desk, site.pk)["limits"]

    assert (limit["power_import"], limit["power_export"]) == ("-3", "8")


def test_it_adds_up_what_the_inverters_deliver_and_shows_their_last_readings(desk: Client) -> None:
    site = make_site()
    inverters = [make_inverter(site) for _ in range(2)]
    now = timezone.now().replace(microsecond=0)
    for inverter in inverters:
        for minutes, power in ((20, 900), (5, 300)):
            time = now - timedelta(minutes=minutes)
            InverterReading.objects.create(inverter=inverter, time=time, ac_power_kw=Decimal(power), state="NORMAL")

    day = desk.get(f"/admin/site-day/{site.pk}").json()

    assert [one["power_kw"] for one in day["readings"]] == ["300", "300"]
    assert sum(Decimal(one["power"]) for one in day["output"]) in (Decimal("2.4"), Decimal("1.2"))


def test_what_an_operator_may_not_see_is_left_out() -> None:
    site = make_site()

    day = day_of(desk_of(make_operator("sites.view_site")), site.pk)

    assert not {"limits", "allowed", "output", "readings"} & set(day)
    assert desk_of(make_operator(name="nora")).get(f"/admin/site-day/{site.pk}").status_code == 403


def test_an_unknown_site_is_404(desk: Client) -> None:
    assert desk.get("/admin/site-day/NOWHERE").status_code == 404


def test_it_takes_the_same_queries_however_many_inverters_there_are(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = make_site()
    for _ in range(3):
        make_inverter(site)

    with django_assert_num_queries(9):  # session, operator, site, rollup, listings, sums, output, readings, limits
        day_of(desk, site.pk)


def test_a_day_has_the_slots_of_its_clock(desk: Client) -> None:
    assert day_of(desk, make_site().pk, "2026-10-25")["slots"] == 25 * timedelta(hours=1) // SLOT
