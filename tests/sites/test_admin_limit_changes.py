"""Changing what a point of connection may do, in the back office: the form, its preview, the change, its trail."""

from typing import Any

import pytest
from django.test import Client

from config.desk.audit_list import Wanted, kinds, page
from sites.models import Site, SiteLimitChange
from tests.back_office import page_of, text_of
from tests.clients import Api, read
from tests.factories.operators import desk_of, make_operator
from tests.factories.site_limits import FORM, asked, limit_site
from tests.factories.sites import add_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return desk_of(make_operator("sites.change_sitelimit", "sites.view_sitelimit", "sites.view_site"))


@pytest.fixture
def site() -> Site:
    return add_site()


def put(site: Site, start: str, end: str, power_import: str = "-1", power_export: str = "4") -> None:
    """What a client of the API says of a window."""
    limit = {"start_time": start, "end_time": end, "power_import": power_import, "power_export": power_export}
    assert Api.with_key().put(f"/sites/{site.pk}/limits", {"limits": [limit]}).status_code == 204


def listed(site: Site, day: str = "2026-10-25") -> list[tuple[str, str, str]]:
    """What the API lists of a day: start, end and what may go out."""
    answer = Api.with_key().get(f"/sites/{site.pk}/limits?delivery_day={day}&limit=1000")
    return [(one["start_time"][11:16], one["end_time"][11:16], one["power_export"]) for one in read(answer)["limits"]]


def test_a_preview_says_what_changes_and_writes_nothing(desk: Client, site: Site) -> None:
    """[ST6]"""
    put(site, "2026-10-24T15:00:00Z", "2026-10-24T16:00:00Z")

    answer = desk.post(FORM, asked(site))

    assert "36 of 36 slots would change" in text_of(answer)
    assert [(line.slots, line.changes) for line in answer.context["lines"]] == [
        (4, [("from the grid", "-1 MW", "-2 MW"), ("into the grid", "4 MW", "7.5 MW")]),
        (32, [("from the grid", "none", "-2 MW"), ("into the grid", "none", "7.5 MW")]),
    ]
    assert SiteLimitChange.objects.count() == 0
    assert listed(site) == []


def test_the_change_is_what_the_api_lists_then(desk: Client, site: Site) -> None:
    """[ST6] [C13]: 17:00 is 17:00 on each day, 15:00 in UTC before the clock is put back and 16:00 after."""
    tag = Api.with_key().get(f"/sites/{site.pk}/limits?delivery_day=2026-10-25")["ETag"]

    limit_site(desk, site)

    assert listed(site, "2026-10-24")[0] == ("15:00", "15:15", "7.5")
    assert [len(listed(site)), *listed(site)[:1]] == [12, ("16:00", "16:15", "7.5")]
    again = Api.with_key().get(f"/sites/{site.pk}/limits?delivery_day=2026-10-25", If_None_Match=tag)
    assert again.status_code == 200


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-05-01", 96)])
def test_a_whole_day_has_the_slots_that_the_clock_gives_it(desk: Client, site: Site, day: str, slots: int) -> None:
    change = limit_site(desk, site, first_day=day, last_day=day, start="00:00", end="24:00")

    assert (change.slots, len(listed(site, day))) == (slots, slots)
    assert len(change.after) == 1


def test_the_hour_that_comes_twice_is_limited_twice_and_the_one_that_does_not_come_never(
    desk: Client, site: Site
) -> None:
    night = {"start": "02:00", "end": "03:00"}
    limit_site(desk, site, first_day="2026-10-25", last_day="2026-10-25", **night)
    assert [start for start, *_rest in listed(site)] == [
        *("00:00", "00:15", "00:30", "00:45"),
        *("01:00", "01:15", "01:30", "01:45"),
    ]

    skipped = desk.post(FORM, asked(site, first_day="2026-03-29", last_day="2026-03-29", **night))

    assert skipped.context["form"].non_field_errors() == ["These days have none of these hours."]


def test_clearing_leaves_what_holds_before_and_after(desk: Client, site: Site) -> None:
    put(site, "2026-10-25T12:00:00Z", "2026-10-25T22:00:00Z")

    limit_site(desk, site, action="CLEAR", power_import="", power_export="")

    assert listed(site) == [("12:00", "16:00", "4"), ("19:00", "22:00", "4")]


def test_a_change_is_kept_with_author_and_what_was_before_and_after(desk: Client, site: Site) -> None:
    """[C15] [P23]"""
    put(site, "2026-10-25T16:00:00Z", "2026-10-25T19:00:00Z")

    change = limit_site(desk, site, first_day="2026-10-25", last_day="2026-10-25")

    window = {"start_time": "2026-10-25T16:00:00Z", "end_time": "2026-10-25T19:00:00Z"}
    newest = page(Wanted(what="site limits"), among=kinds(), size=5)[0][0]
    assert (newest.actor, newest.request_id, newest.record) == (change.actor, "request-of-the-test", site.pk)
    assert newest.before == {"limits": [{**window, "power_import": "-1", "power_export": "4"}]}
    assert newest.after == {"limits": [{**window, "power_import": "-2", "power_export": "7.5"}]}
    assert "4 MW" in text_of(desk.get(page_of(change)))


def test_what_was_changed_meanwhile_is_previewed_anew(desk: Client, site: Site) -> None:
    shown = desk.post(FORM, asked(site)).context["preview"]
    put(site, "2026-10-25T16:00:00Z", "2026-10-25T16:15:00Z")

    answer = desk.post(FORM, {**asked(site), "fingerprint": shown.fingerprint, "apply": "yes"})

    assert "were changed meanwhile" in answer.context["form"].non_field_errors()[0]
    assert len(answer.context["lines"]) == 2
    assert SiteLimitChange.objects.count() == 0


def test_what_is_as_asked_already_is_not_written_again(desk: Client, site: Site) -> None:
    limit_site(desk, site)

    answer = desk.post(FORM, asked(site))

    assert answer.context["preview"].slots_changed == 0
    assert "all 36 slots are as asked already" in " ".join(text_of(answer).split())


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"power_import": "1"}, "power_import", "Ensure this value is less than or equal to 0."),
        ({"power_export": "-1"}, "power_export", "Ensure this value is greater than or equal to 0."),
        ({"power_import": "", "power_export": ""}, "action", "Give at least one value; an empty one keeps what is"),
        ({"action": "CLEAR"}, "action", "Values are for setting limits; empty them, or choose to set limits."),
        ({"power_import": ""}, "power_import", "36 of these slots have no limit yet, so both values are needed."),
        ({"last_day": "2026-10-23"}, "last_day", "The last day is not before the first, and at most 732 days after"),
        ({"end": "17:00"}, "end", "The hours end when they start."),
        ({"site": "DE_50HZ_GONE_SITE_1"}, "site", "Select a valid choice."),
        ({"last_day": "2027-10-24", "end": "16:00"}, "__all__", "This is 33672 slots; one change may hold 10000."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    desk: Client, site: Site, fields: dict[str, Any], field: str, sentence: str
) -> None:
    form = desk.post(FORM, asked(site) | fields).context["form"]

    ((found, sentences),) = form.errors.items()
    assert (found, sentences[0][: len(sentence)]) == (field, sentence)


def test_it_is_for_whom_limits_of_sites_are(site: Site) -> None:
    viewer = desk_of(make_operator("sites.view_sitelimit", "sites.view_site", name="otto"))

    assert viewer.post(FORM, asked(site)).status_code == 403
    assert f"{FORM}?site={site.pk}" not in text_of(viewer.get(page_of(site)))


def test_the_page_of_a_site_leads_to_it(desk: Client, site: Site) -> None:
    link = f"{FORM}?site={site.pk}"

    assert link in text_of(desk.get(page_of(site)))
    assert desk.get(link).context["form"]["site"].value() == site.pk
