"""Changing limits in the back office: the form, its preview, the change, its undo."""

from typing import Any

import pytest
from django.test import Client

from markets.models import LimitChange
from tests.back_office import page_of, text_of
from tests.factories.limits import limit_item, make_limits, stored_rows, values_of
from tests.factories.operators import desk_of, make_operator

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "/admin/markets/limitchange/add/"
EVERY_DAY = [str(number) for number in range(7)]


@pytest.fixture
def desk() -> Client:
    return desk_of(make_operator("markets.change_limit", "markets.view_limit", "assets.view_asset"))


def asked(*asset_ids: str, **fields: Any) -> dict[str, Any]:
    """What the form sends: a lock from 17:00 to 20:00 on three days across the October clock change."""
    return {
        "asset_ids": list(asset_ids),
        "action": "LOCK",
        "source": "OPERATIONS",
        "first_day": "2026-10-24",
        "last_day": "2026-10-26",
        "weekdays": EVERY_DAY,
        "start": "17:00",
        "end": "20:00",
        **fields,
    }


def applied(desk: Client, sent: dict[str, Any], language: str = "en") -> LimitChange:
    """The change, previewed and made."""
    speaks = {"accept-language": language}
    shown = desk.post(FORM, sent).context["preview"]
    made = desk.post(FORM, {**sent, "fingerprint": shown.fingerprint, "apply": "yes"}, headers=speaks)
    assert made.status_code == 302
    return LimitChange.objects.latest("id")


def test_a_preview_says_how_many_slots_of_which_assets_change(desk: Client, battery: str, neighbour: str) -> None:
    page = desk.post(FORM, asked(battery, neighbour))

    assert "72 of 72 slots would change, of 2 assets" in page.content.decode()
    assert [(line.owner_id, line.slots) for line in page.context["lines"]] == [(battery, 36), (neighbour, 36)]
    assert page.context["lines"][0].changes == [("trading", "not said", "locked")]
    assert stored_rows() == []


def test_a_preview_shows_local_times(desk: Client, battery: str) -> None:
    page = desk.post(FORM, asked(battery)).content.decode()

    assert "Sat 2026-10-24 17:00" in page
    assert "Mon 2026-10-26 20:00" in page


def test_what_was_previewed_is_made_and_undone(desk: Client, battery: str) -> None:
    change = applied(desk, asked(battery))
    locked = values_of(stored_rows())

    desk.post(f"/admin/markets/limitchange/{change.pk}/undo/")

    assert locked == {(None, None, None, None, True)}
    assert stored_rows() == []
    assert LimitChange.objects.get(undoes=change).actor == "user:olga"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            (
                "1 slot of 1 asset was changed.",
                "2 slots of 2 assets were changed.",
                "12 slots of 1 asset were changed.",
            ),
        ),
        (
            "de",
            (
                "1 Viertelstunde von 1 Anlage wurde geändert.",
                "2 Viertelstunden von 2 Anlagen wurden geändert.",
                "12 Viertelstunden von 1 Anlage wurden geändert.",
            ),
        ),
        (
            "pl",
            (
                "zmieniono 1 kwadrans 1 zasobu.",
                "zmieniono 2 kwadranse 2 zasobów.",
                "zmieniono 12 kwadransów 1 zasobu.",
            ),
        ),
    ],
)
def test_slots_and_assets_are_counted_as_each_language_counts(
    desk: Client, battery: str, neighbour: str, language: str, sentences: tuple[str, ...]
) -> None:
    one_day = {"last_day": "2026-10-24"}
    counted = (
        asked(battery, **one_day, end="17:15"),
        asked(battery, neighbour, **one_day, start="18:00", end="18:15"),
        asked(battery, **one_day, start="08:00", end="11:00"),
    )

    for sent, sentence in zip(counted, sentences, strict=True):
        change = applied(desk, sent, language)
        page = desk.get(page_of(change), headers={"accept-language": language})
        assert f": {sentence}" in text_of(page)


def test_what_was_not_previewed_is_shown_first(desk: Client, battery: str) -> None:
    page = desk.post(FORM, {**asked(battery), "fingerprint": "of something else", "apply": "yes"})

    assert "Look at the preview again" in page.content.decode()
    assert page.context["preview"].slots_changed == 36
    assert stored_rows() == []


def test_limits_are_set_and_kept_in_the_forms_words(desk: Client, battery: str) -> None:
    change = applied(desk, asked(battery, action="SET", power_charge="-2.5", energy_low="1"))

    assert {key: change.asked[key] for key in ("power_charge", "energy_low", "hours")} == {
        "power_charge": "-2.5",
        "energy_low": "1",
        "hours": "17:00 to 20:00",
    }
    assert change.request_id == "request-of-the-test"


def test_clearing_says_what_goes(desk: Client, battery: str) -> None:
    make_limits(limit_item(battery, source="OPERATIONS", start_time="15:00", end_time="15:15", power_charge="-5"))
    fields = {"action": "CLEAR", "first_day": "2026-05-01", "last_day": "2026-05-01"}

    (line,) = desk.post(FORM, asked(battery, **fields)).context["lines"]

    assert (line.slots, line.changes) == (1, [("charge", "-5 MW", "none")])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"last_day": "2026-10-01"}, "last_day"),
        ({"last_day": "2036-10-01"}, "last_day"),
        ({"first_day": "0001-01-01", "last_day": "0001-01-01"}, "first_day"),
        ({"first_day": "9999-12-31", "last_day": "9999-12-31"}, "first_day"),
        ({"end": "17:00"}, "end"),
        ({"start": "17:07"}, "start"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["7"]}, "weekdays"),
        ({"action": "SET"}, "action"),
        ({"action": "UNDO"}, "action"),
        ({"power_charge": "-1"}, "action"),
        ({"action": "SET", "power_charge": "1"}, "power_charge"),
        ({"action": "SET", "power_discharge": "1e400"}, "power_discharge"),
        ({"action": "SET", "energy_low": "2", "energy_high": "1"}, "energy_high"),
        ({"source": "NOBODY"}, "source"),
        ({"asset_ids": ["NOWHERE"]}, "asset_ids"),
        ({"asset_ids": []}, "asset_ids"),
        ({"asset_ids": ["\0"]}, None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    desk: Client, battery: str, fields: dict[str, Any], field: str | None
) -> None:
    page = desk.post(FORM, asked(battery, **fields))

    if field is None:
        assert page.status_code == 400
    else:
        assert field in page.context["form"].errors
    assert stored_rows() == []


def test_too_much_at_once_is_said(desk: Client, battery: str) -> None:
    page = desk.post(FORM, asked(battery, last_day="2028-10-20", start="00:00", end="24:00"))

    assert "one change may hold 50000" in page.content.decode()


def test_who_may_only_see_limits_changes_none(battery: str) -> None:
    change = applied(desk_of(make_operator("markets.change_limit", "assets.view_asset")), asked(battery))
    viewer = desk_of(make_operator("markets.view_limit", name="viktor"))

    statuses = [
        viewer.get("/admin/markets/limitchange/").status_code,
        viewer.get(f"/admin/markets/limitchange/{change.pk}/change/").status_code,
        viewer.get(FORM).status_code,
        viewer.post(FORM, asked(battery)).status_code,
        viewer.post(f"/admin/markets/limitchange/{change.pk}/undo/").status_code,
    ]

    assert statuses == [200, 200, 403, 403, 403]
    assert len(stored_rows()) == 36


def test_a_link_fills_in_the_assets_and_the_day(desk: Client, battery: str, neighbour: str) -> None:
    page = desk.get(f"{FORM}?asset_ids={battery},{neighbour}&day=2026-10-25").content.decode()

    assert f'value="{battery}" selected' in page
    assert f'value="{neighbour}" selected' in page
    assert 'value="2026-10-25"' in page


@pytest.mark.parametrize("query", ["asset_ids=%00", "day=abc", "asset_ids=,,&day=9999999"])
def test_no_link_breaks_the_form(desk: Client, query: str) -> None:
    assert desk.get(f"{FORM}?{query}").status_code in (200, 400)


def test_undo_is_a_post(desk: Client, battery: str) -> None:
    change = applied(desk, asked(battery))

    assert desk.get(f"/admin/markets/limitchange/{change.pk}/undo/").status_code == 405
