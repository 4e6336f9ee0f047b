"""What an asset's page says of its status and its dispatches, and how an operator sets a status [S2]."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset, StatusEntry
from assets.vocabulary import DispatchStatus, Status
from config.api.values import recorded
from tests.back_office import page_of, said, text_of
from tests.clients import Api, read
from tests.factories.assets import NOW, make_asset
from tests.factories.dispatches import make_dispatch
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.statuses import note

pytestmark = pytest.mark.django_db

FAULT = {"status": "FAULT", "category": "TECHNICAL", "detail": "  Inverter 2 trips "}
MAY_SET = ("assets.view_asset", "assets.add_statusentry")


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.fixture
def battery() -> Asset:
    return make_asset()


def older_of(answer: Any) -> str | None:
    """The address of the older rows that a page leads to."""
    match = re.search(r'href="(\?before=[^"]+)"', text_of(answer))
    return match[1] if match else None


class TestSetting:
    def test_a_status_holds_from_now_on_with_its_reason_and_who_says_so(self, desk: Client, battery: Asset) -> None:
        """[S2] [C15]"""
        answer = desk.post(page_of(battery, "set-status"), FAULT)

        assert said(desk, answer) == ["DE_50HZ_WU_1 is now Fault."]
        entry = StatusEntry.objects.latest("effective_at")
        assert read(Api.with_key().get(f"/assets/{battery.pk}/status")) == {
            "asset_id": battery.pk,
            "status": "FAULT",
            "effective_at": recorded(entry.created_at),
            "reasons": [
                {
                    "category": "TECHNICAL",
                    "detail": "Inverter 2 trips",
                    "source": "user:anna",
                    "attributes": {"request_id": "request-of-the-test"},
                }
            ],
            "created_at": recorded(entry.created_at),
        }

    def test_a_list_that_was_read_before_is_another_one_then(self, desk: Client, battery: Asset) -> None:
        """[C13]"""
        api, path = Api.with_key(), f"/status?asset_ids={battery.pk}&latest=true"
        tag = api.get(path)["ETag"]
        desk.post(page_of(battery, "set-status"), FAULT)
        assert read(api.get(path, If_None_Match=tag))["statuses"][0]["status"] == "FAULT"

    def test_the_same_said_twice_is_two_entries(self, desk: Client, battery: Asset) -> None:
        for _ in range(2):
            desk.post(page_of(battery, "set-status"), FAULT)
        assert StatusEntry.objects.filter(status=Status.FAULT).count() == 2

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"detail": "  "}, "In words: This field is required."),
            ({"detail": "x" * 201}, "In words: Ensure this value has at most 200 characters (it has 201)."),
            ({"status": ""}, "Status: This field is required."),
            ({"status": "BROKEN"}, "Status: Select a valid choice. BROKEN is not one of the available choices."),
            ({"category": "FATE"}, "Reason: Select a valid choice. FATE is not one of the available choices."),
        ],
    )
    def test_what_cannot_be_is_said_and_not_noted(
        self, desk: Client, battery: Asset, fields: dict[str, str], sentence: str
    ) -> None:
        answer = desk.post(page_of(battery, "set-status"), FAULT | fields)
        assert said(desk, answer) == [sentence]
        assert StatusEntry.objects.count() == 1

    def test_it_takes_a_permission_of_its_own(self, battery: Asset) -> None:
        """Who corrects master records does not say how assets are doing, and the other way round."""
        permitted, other = (
            desk_of(make_operator(*MAY_SET)),
            desk_of(make_operator("assets.view_asset", "assets.change_asset", name="otto")),
        )
        assert 'id="set-status"' in text_of(permitted.get(page_of(battery)))
        assert 'id="set-status"' not in text_of(other.get(page_of(battery)))
        assert other.post(page_of(battery, "set-status"), FAULT).status_code == 403
        assert permitted.post(page_of(battery, "set-status"), FAULT).status_code == 302
        assert StatusEntry.objects.count() == 2

    def test_it_is_posted_with_a_token_and_never_got(self, desk: Client, battery: Asset) -> None:
        answer = desk.get(page_of(battery, "set-status"))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert desk_of(make_superuser("eva"), csrf=True).post(page_of(battery, "set-status"), FAULT).status_code == 403


class TestPast:
    def test_the_history_shows_what_was_noted_the_newest_first(self, desk: Client, battery: Asset) -> None:
        reason: dict[str, Any] = {"category": "GRID", "detail": None, "source": "SCADA", "attributes": {}}
        note(battery, Status.OFFLINE, hour=9, reasons=[reason])

        text = text_of(desk.get(page_of(battery, "past/statuses")))

        assert text.index("2026-05-01 09:00:00") < text.index("2026-05-01 08:00:00")
        for word in ("Offline", "Grid (SCADA)", "New asset (SYSTEM)"):
            assert word in text

    def test_dispatches_show_how_far_they_have_come(self, desk: Client, battery: Asset) -> None:
        make_dispatch(battery, "dsp-16", power="100")
        make_dispatch(battery, "dsp-17", power="-7.500000", status=DispatchStatus.ACKNOWLEDGED, acknowledged_at=NOW)
        make_dispatch(make_asset(), "dsp-18")

        text = text_of(desk.get(page_of(battery, "past/dispatches")))

        for word in ("dsp-17", ">-7.5<", ">100<", "Acknowledged", "INTRADAY", "OPTIMIZER", "2026-05-01 06:15:00"):
            assert word in text
        assert "dsp-18" not in text

    @pytest.mark.parametrize("kind", ["statuses", "dispatches"])
    def test_older_rows_follow_page_by_page(self, desk: Client, battery: Asset, kind: str) -> None:
        for number in range(120):
            instant = NOW + timedelta(minutes=number)
            if kind == "statuses":
                note(battery, Status.ONLINE, hour=9, event_id=f"e{number % 2}", effective_at=instant)
            else:
                make_dispatch(battery, f"e{number}", start_time=instant, end_time=instant + timedelta(minutes=1))

        page, shown = page_of(battery, f"past/{kind}"), []
        path: str | None = ""
        while path is not None:
            answer: Any = desk.get(page + path)
            shown.append([row.pk for row, _said in answer.context["rows"]])
            path = older_of(answer)

        everything = [key for keys in shown for key in keys]
        expected = 121 if kind == "statuses" else 120
        assert [len(keys) for keys in shown] == [50, 50, expected - 100]
        assert everything == sorted(set(everything), reverse=True)

    def test_a_link_that_is_made_up_or_another_assets_is_refused(self, desk: Client, battery: Asset) -> None:
        other = make_asset()
        for number in range(51):
            note(other, Status.ONLINE, hour=9, event_id=f"e{number}")
        link = older_of(desk.get(page_of(other, "past/statuses")))
        assert link is not None
        assert desk.get(page_of(other, "past/statuses") + link).status_code == 200
        for page in (page_of(battery, "past/statuses") + link, page_of(other, "past/dispatches") + link):
            assert desk.get(page).status_code == 400
        assert desk.get(page_of(battery, "past/statuses") + "?before=x").status_code == 400

    def test_it_is_for_those_who_may_see_the_asset(self, battery: Asset) -> None:
        viewer = desk_of(make_operator("assets.view_asset", "assets.view_dispatch"))
        assert viewer.get(page_of(battery, "past/dispatches")).status_code == 200
        assert viewer.get(page_of(battery, "past/statuses")).status_code == 403
        text = text_of(viewer.get(page_of(battery)))
        assert ("/past/dispatches/" in text, "/past/statuses/" in text) == (True, False)
        assert desk_of(make_operator(name="otto")).get(page_of(battery, "past/dispatches")).status_code == 403
        assert viewer.get(page_of(battery, "past/telemetry")).status_code == 404
        assert viewer.get("/admin/assets/asset/NONE/past/statuses/").status_code == 404

    def test_the_assets_page_leads_to_both(self, desk: Client, battery: Asset) -> None:
        text = text_of(desk.get(page_of(battery)))
        for kind in ("statuses", "dispatches"):
            assert f"/past/{kind}/" in text
