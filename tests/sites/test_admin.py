"""Sites and inverters in the back office."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset
from assets.quantities import Price
from sites.models import Inverter, InverterLimit, Site
from sites.queries import asset_ids_of, get_inverter
from tests.back_office import SAVED, faults_of, page_of, said, text_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db

SITES, INVERTERS = "/admin/sites/site/", "/admin/sites/inverter/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def site_form(**fields: str) -> dict[str, str]:
    """What an operator fills in for a new site in AMPN."""
    place = {"name": "Immenstadt", "code": "IMMST", "region": "DE", "delivery_area": "AMPN"}
    return place | {"dispatch_mode_name": "PRICE_BASED"} | fields


def inverter_form(*assets: Asset, **fields: Any) -> dict[str, Any]:
    """What an operator fills in for an inverter of 160 kW."""
    power = {"rated_power": "0.16", "charge_efficiency": "0.97", "discharge_efficiency": "0.965"}
    return power | {"asset_ids": [asset.pk for asset in assets]} | fields


def newest_event(record: Site | Inverter) -> Any:
    events = type(record).pgh_event_model.objects.filter(pgh_obj_id=record.pk)  # type: ignore[union-attr]
    return events.order_by("-pgh_id").first()


class TestSites:
    def test_a_site_is_created_as_by_the_api(self, desk: Client) -> None:
        """[ST1]"""
        form = site_form(floor_price="-20", strike_price="85.5", price_currency="EUR")

        assert desk.post(f"{SITES}add/", form).status_code == SAVED

        site = Site.objects.get()
        assert (site.pk, site.floor_price, site.strike_price) == (
            "DE_AMPN_IMMST_SITE_1",
            Decimal(-20),
            Decimal("85.5"),
        )
        assert newest_event(site).pgh_context == {"actor": "user:anna", "request_id": "request-of-the-test"}

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"delivery_area": "PSE"}, "PSE is not in DE, which has 50HZ, AMPN, TNBW, TNNT."),
            ({"floor_price": "90"}, "A price needs its currency."),
            (
                {"floor_price": "90", "strike_price": "80", "price_currency": "EUR"},
                "The floor price should not be above the strike price.",
            ),
            (
                {"floor_price": "0.0000001", "price_currency": "EUR"},
                "Ensure that there are no more than 6 decimal places.",
            ),
            ({"floor_price": "NaN", "price_currency": "EUR"}, "Enter a number."),
        ],
    )
    def test_it_says_what_cannot_be(self, desk: Client, fields: dict[str, str], sentence: str) -> None:
        assert faults_of(desk.post(f"{SITES}add/", site_form(**fields))) == [sentence]

    def test_a_price_can_be_corrected_and_cleared(self, desk: Client) -> None:
        """[ST3]"""
        site = add_site(floor=Price(Decimal(-20), "EUR"), strike=Price(Decimal(85), "EUR"))
        kept = {"name": site.name, "dispatch_mode_name": "MANUAL"}

        desk.post(page_of(site), kept | {"strike_price": "90", "price_currency": "EUR"})

        site.refresh_from_db()
        assert (site.floor_price, site.strike_price, site.price_currency) == (None, Decimal(90), "EUR")
        assert site.dispatch_mode_name == "MANUAL"

    def test_a_form_that_changes_nothing_writes_nothing(self, desk: Client) -> None:
        """[C10]"""
        site = add_site(floor=Price(Decimal(-20), "EUR"))
        same = {"name": site.name, "dispatch_mode_name": site.dispatch_mode_name}

        desk.post(page_of(site), same | {"floor_price": "-20", "price_currency": "EUR"})

        assert Site.objects.get().updated_at == site.updated_at

    def test_the_page_lists_the_inverters_and_their_assets(self, desk: Client) -> None:
        site = add_site()
        inverter = add_inverter(site, make_asset().pk)

        text = text_of(desk.get(page_of(site)))

        assert inverter.pk in text
        assert "0.16 MW" in text
        assert "DE_50HZ_WU_1" in text

    def test_the_page_says_what_limits_its_inverters_now(self, desk: Client) -> None:
        inverter, now = add_inverter(add_site()), timezone.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        for hours, power in ((-1, 7), (0, 3), (1, 9)):
            start = hour + timedelta(hours=hours)
            InverterLimit.objects.create(
                inverter=inverter,
                start_time=start,
                end_time=start + timedelta(hours=1),
                power_charge=-power,
                power_discharge=power,
            )

        ((_, _, limit),) = desk.get(page_of(inverter.site)).context["inverters"]

        assert limit == "-3 … 3"

    def test_who_may_not_view_inverters_does_not_see_them_there(self) -> None:
        site = add_site()
        inverter = add_inverter(site, make_asset().pk)

        assert inverter.pk not in text_of(desk_of(make_operator("sites.view_site")).get(page_of(site)))

    def test_a_site_with_inverters_is_not_deleted(self, desk: Client) -> None:
        """[ST3]"""
        site = add_site()
        add_inverter(site, make_asset().pk)

        assert page_of(site, "delete") not in text_of(desk.get(page_of(site)))
        (sentence,) = said(desk, desk.post(page_of(site, "delete"), {"post": "yes"}))
        assert sentence == f"Site {site.pk} still has inverters: {site.pk}_INV_1."

    def test_a_site_without_inverters_is_deleted(self, desk: Client) -> None:
        desk.post(page_of(add_site(), "delete"), {"post": "yes"})

        assert not Site.objects.exists()

    def test_queries_of_the_list_do_not_grow(self, desk: Client, django_assert_num_queries: Any) -> None:
        for code in ("A", "B", "C"):
            add_site(code)

        with django_assert_num_queries(4):  # session, operator, count, rows with their number of inverters
            desk.get(SITES)


class TestInverters:
    def test_an_inverter_is_created_as_by_the_api(self, desk: Client) -> None:
        """[ST4] [ST5]"""
        site = add_site()
        form = inverter_form(make_asset(), site=site.pk, serial_number="SN-1", service_interval_days="365")

        assert desk.post(f"{INVERTERS}add/", form).status_code == SAVED

        inverter = Inverter.objects.get()
        assert (inverter.pk, inverter.rated_power) == (f"{site.pk}_INV_1", Decimal("0.16"))
        assert (inverter.serial_number, inverter.manufacturer) == ("SN-1", None)
        assert newest_event(inverter).pgh_context["actor"] == "user:anna"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"asset_ids": []}, "This field is required."),
            ({"asset_ids": ["nosuch"]}, "Select a valid choice. nosuch is not one of the available choices."),
            ({"rated_power": "0"}, "Ensure this value is greater than or equal to 0.000001."),
            ({"charge_efficiency": "1.1"}, "Ensure this value is less than or equal to 1."),
            ({"service_interval_days": "0"}, "Ensure this value is greater than or equal to 1."),
            ({"service_interval_days": "36501"}, "Ensure this value is less than or equal to 36500."),
            ({"site": "nosuch"}, "Select a valid choice. That choice is not one of the available choices."),
        ],
    )
    def test_it_says_what_cannot_be(self, desk: Client, fields: dict[str, Any], sentence: str) -> None:
        form = inverter_form(make_asset(), **{"site": add_site().pk, **fields})

        assert faults_of(desk.post(f"{INVERTERS}add/", form)) == [sentence]

    def test_it_lists_no_more_assets_than_the_api_allows(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """[ST4]"""
        monkeypatch.setattr("sites.admin.forms.MOST_ASSETS", 1)
        form = inverter_form(make_asset(), make_asset(), site=add_site().pk)

        assert faults_of(desk.post(f"{INVERTERS}add/", form)) == ["At most 1 assets behind one inverter."]

    def test_assets_keep_their_order_and_new_ones_follow(self, desk: Client) -> None:
        """[ST4]"""
        first, second, third = make_asset(), make_asset(), make_asset()
        site = add_site()
        inverter = add_inverter(site, third.pk, first.pk)

        desk.post(page_of(inverter), inverter_form(first, second, third))

        stored = get_inverter(site_id=site.pk, inverter_id=inverter.pk)
        assert asset_ids_of(stored) == [third.pk, first.pk, second.pk]

    def test_plant_data_can_be_corrected_and_cleared(self, desk: Client) -> None:
        """[ST5]"""
        asset = make_asset()
        inverter = add_inverter(add_site(), asset.pk)

        desk.post(page_of(inverter), inverter_form(asset, model="SC 2500", rated_dc_power="0.2"))
        desk.post(page_of(inverter), inverter_form(asset, model="", rated_dc_power="0.2"))

        inverter.refresh_from_db()
        assert (inverter.model, inverter.rated_dc_power) == (None, Decimal("0.2"))

    def test_numbers_are_shown_in_their_shortest_form(self, desk: Client) -> None:
        inverter = add_inverter(add_site(), make_asset().pk)

        assert 'value="0.16"' in text_of(desk.get(page_of(inverter)))
        assert "0.160000" not in text_of(desk.get(INVERTERS))

    def test_an_inverter_is_deleted(self, desk: Client) -> None:
        desk.post(page_of(add_inverter(add_site(), make_asset().pk), "delete"), {"post": "yes"})

        assert not Inverter.objects.exists()

    def test_queries_of_the_list_do_not_grow(self, desk: Client, django_assert_num_queries: Any) -> None:
        site = add_site()
        for _ in range(3):
            add_inverter(site, make_asset().pk)

        with django_assert_num_queries(5):  # session, operator, count, rows with their site, their assets
            desk.get(INVERTERS)
