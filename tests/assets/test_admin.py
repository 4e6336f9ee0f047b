"""Assets in the back office: the list, the form, deletion."""

from typing import Any

import pytest
from django.test import Client

from assets.history import changes_of
from assets.models import Asset, StatusEntry
from assets.vocabulary import Lifecycle, Status
from tests.back_office import FORM_IS_SHOWN_AGAIN, SAVED, faults_of, page_of, said, text_of
from tests.factories.assets import NOW, asset_body, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db

LIST = "/admin/assets/asset/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def correction(asset: Asset, **fields: Any) -> dict[str, Any]:
    """What the form of the asset's page sends back, with these fields changed."""
    form = {name: getattr(asset, name) for name in ("name", "type", "provider")}
    return form | {"go_live_date": asset.go_live_date or "", "seen": asset.updated_at.isoformat()} | fields


class TestList:
    def test_it_shows_what_an_operator_looks_for(self, desk: Client) -> None:
        asset = make_asset(Lifecycle.LIVE)
        StatusEntry.objects.create(
            asset=asset, effective_at=NOW.replace(hour=9), event_id="e1", status=Status.FAULT, reasons=[]
        )

        text = text_of(desk.get(LIST))

        for word in ("DE_50HZ_WU_1", "Wunsiedel battery", "Battery", "50Hertz", "Live", "Fault", "2026-05-01"):
            assert word in text

    def test_its_queries_do_not_grow_with_the_fleet(self, desk: Client, django_assert_num_queries: Any) -> None:
        for _ in range(3):
            make_asset()

        with django_assert_num_queries(4):  # session, operator, count, rows with their status
            desk.get(LIST)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("lifecycle__exact=LIVE", ["DE_50HZ_LIVE_1"]),
            ("lifecycle__exact=LIVE&lifecycle__exact=DRAFT", ["DE_50HZ_DRAFT_1", "DE_50HZ_LIVE_1"]),
            ("status=FAULT", ["DE_50HZ_LIVE_1"]),
            ("status=FAULT&status=UNKNOWN", ["DE_50HZ_DRAFT_1", "DE_50HZ_LIVE_1"]),
            ("delivery_area__exact=PSE", []),
            ("q=draft", ["DE_50HZ_DRAFT_1"]),
            ("q=wunsiedel", ["DE_50HZ_DRAFT_1", "DE_50HZ_LIVE_1"]),
        ],
    )
    def test_it_is_filtered_and_searched(self, desk: Client, query: str, found: list[str]) -> None:
        make_asset(code="DRAFT")
        live = make_asset(Lifecycle.LIVE, code="LIVE")
        StatusEntry.objects.create(
            asset=live, effective_at=NOW.replace(hour=9), event_id="e1", status="FAULT", reasons=[]
        )

        shown = [asset.pk for asset in desk.get(f"{LIST}?{query}").context["cl"].result_list]

        assert shown == found

    def test_who_may_not_view_assets_does_not_see_it(self) -> None:
        assert desk_of(make_operator()).get(LIST).status_code == 403


class TestForm:
    def test_it_creates_what_the_api_would(self, desk: Client) -> None:
        """[A1] [A6]"""
        answer = desk.post(f"{LIST}add/", asset_body(name="  Wunsiedel battery "))

        asset = Asset.objects.get()
        assert answer.status_code == SAVED
        assert (asset.pk, asset.name, asset.lifecycle) == ("DE_50HZ_WU_1", "Wunsiedel battery", "DRAFT")
        assert StatusEntry.objects.get().status == Status.UNKNOWN

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"delivery_area": "PSE"}, "PSE is not in DE, which has 50HZ, AMPN, TNBW, TNNT."),
            ({"code": "W U"}, "A code has 1 to 32 letters, digits and hyphens."),
            ({"code": "W" * 33}, "A code has 1 to 32 letters, digits and hyphens."),
            ({"name": "   "}, "This field is required."),
            ({"name": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
            ({"type": ""}, "This field is required."),
            ({"provider": "NOBODY"}, "Select a valid choice. NOBODY is not one of the available choices."),
        ],
    )
    def test_it_says_what_cannot_be(self, desk: Client, fields: dict[str, str], sentence: str) -> None:
        answer = desk.post(f"{LIST}add/", asset_body(**fields))

        assert faults_of(answer) == [sentence]
        assert not Asset.objects.exists()

    def test_a_choice_that_nobody_made_is_empty(self, desk: Client) -> None:
        form = desk.get(f"{LIST}add/").context["adminform"].form

        assert {form[name].value() for name in ("type", "region", "delivery_area", "provider")} == {None}

    def test_it_corrects_and_leaves_a_trail(self, desk: Client) -> None:
        """[A3] [A7] [C15]"""
        asset = make_asset()

        desk.post(page_of(asset), correction(asset, name="Wunsiedel, block A", provider="EBX"))

        (newest, *_), _more = changes_of(asset_id=asset.pk, limit=2)
        assert newest.after == {"name": "Wunsiedel, block A", "provider": "EBX"}
        assert (newest.actor, newest.request_id) == ("user:anna", "request-of-the-test")

    def test_the_same_values_change_nothing(self, desk: Client) -> None:
        """[C10]"""
        asset = make_asset()

        assert desk.post(page_of(asset), correction(asset)).status_code == SAVED
        assert Asset.objects.get().updated_at == asset.updated_at

    def test_what_the_id_says_cannot_be_corrected(self, desk: Client) -> None:
        asset = make_asset()

        desk.post(page_of(asset), correction(asset, code="X", region="PL", delivery_area="PSE", lifecycle="LIVE"))

        stored = Asset.objects.get()
        assert (stored.code, stored.delivery_area, stored.lifecycle) == ("WU", "50HZ", "DRAFT")

    def test_it_does_not_overwrite_what_somebody_else_changed_meanwhile(self, desk: Client) -> None:
        asset = make_asset()
        opened = correction(asset, name="Mine")
        desk.post(page_of(asset), correction(asset, name="Theirs"))

        answer = desk.post(page_of(asset), opened)

        assert answer.status_code == FORM_IS_SHOWN_AGAIN
        assert "Somebody else changed this meanwhile, so nothing was saved." in text_of(answer)
        assert Asset.objects.get().name == "Theirs"

    def test_who_may_only_view_cannot_save(self) -> None:
        asset = make_asset()
        desk = desk_of(make_operator("assets.view_asset"))

        assert "_save" not in text_of(desk.get(page_of(asset)))
        assert desk.post(page_of(asset), correction(asset)).status_code == 403
        assert desk.post(f"{LIST}add/", asset_body()).status_code == 403

    def test_the_page_shows_status_and_recent_changes(self, desk: Client, django_assert_max_num_queries: Any) -> None:
        asset = make_asset(Lifecycle.LIVE)

        with django_assert_max_num_queries(8):
            text = text_of(desk.get(page_of(asset)))

        assert "New asset" in text  # the reason of its first status
        assert "user:anna" in text
        assert "Commissioning</span>" in text  # what it was before it went live

    def test_an_asset_without_a_status_has_a_page(self, desk: Client) -> None:
        asset = make_asset()
        StatusEntry.objects.all().delete()

        assert "New asset" in text_of(desk.get(page_of(asset)))
        assert desk.get(LIST).status_code == 200


class TestDeletion:
    @pytest.mark.parametrize("state", [Lifecycle.DRAFT, Lifecycle.DECOMMISSIONED])
    def test_it_deletes_what_the_api_would(self, desk: Client, state: Lifecycle) -> None:
        """[A4]"""
        asset = make_asset(state)

        assert "Its periods and specs go with it." in text_of(desk.get(page_of(asset, "delete")))
        desk.post(page_of(asset, "delete"), {"post": "yes"})

        assert not Asset.objects.exists()
        (newest, *_), _more = changes_of(asset_id=asset.pk, limit=1)
        assert (newest.action, newest.actor) == ("delete", "user:anna")

    @pytest.mark.parametrize("state", [Lifecycle.COMMISSIONING, Lifecycle.LIVE, Lifecycle.SUSPENDED])
    def test_it_is_not_offered_where_it_would_be_refused(self, desk: Client, state: Lifecycle) -> None:
        asset = make_asset(state)

        assert page_of(asset, "delete") not in text_of(desk.get(page_of(asset)))

    def test_a_refusal_is_shown_as_a_message(self, desk: Client) -> None:
        asset = make_asset(Lifecycle.LIVE)

        answer = desk.post(page_of(asset, "delete"), {"post": "yes"})

        assert said(desk, answer) == ["Asset DE_50HZ_WU_1 is LIVE; only DRAFT or DECOMMISSIONED can be deleted."]

    def test_an_asset_that_an_inverter_lists_stays(self, desk: Client) -> None:
        """[A4]"""
        asset = make_asset()
        add_inverter(add_site(), asset.pk)

        answer = desk.post(page_of(asset, "delete"), {"post": "yes"})

        (sentence,) = said(desk, answer)
        assert sentence.startswith("Asset DE_50HZ_WU_1 is still listed by an inverter")
        assert Asset.objects.exists()
