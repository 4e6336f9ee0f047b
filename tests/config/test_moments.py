"""Instants by the local clock: how they are shown, how they are typed, and the hours that come twice or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from assets.periods import MARKET_ZONE
from assets.vocabulary import Lifecycle
from config.admin.moment_fields import MomentField, MomentWidget
from config.admin.moments import moment, said
from partner.models import ApiKey
from tests.back_office import page_of, text_of
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.factories.operators import desk_of, make_superuser

SUMMER = datetime(2026, 7, 1, 10, 30, 5, tzinfo=UTC)
WINTER = datetime(2026, 12, 1, 10, 30, 5, tzinfo=UTC)


@pytest.fixture
def _local() -> Iterator[None]:
    with timezone.override(MARKET_ZONE):
        yield


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.mark.usefixtures("_local")
class TestShown:
    def test_by_the_local_clock_with_utc_for_whoever_asks(self) -> None:
        assert moment(SUMMER) == (
            '<time datetime="2026-07-01T10:30:05Z" title="2026-07-01 10:30:05 UTC">2026-07-01 12:30:05 CEST</time>'
        )

    @pytest.mark.parametrize(
        ("language", "style", "text"),
        [
            ("en", "seconds", "2026-12-01 11:30:05 CET"),
            ("en", "minutes", "2026-12-01 11:30 CET"),
            ("en", "weekday", "Tue 2026-12-01 11:30 CET"),
            ("de", "seconds", "01.12.2026 11:30:05 CET"),
            ("de", "weekday", "Di 01.12.2026 11:30 CET"),
            ("pl", "minutes", "01.12.2026 11:30 CET"),
        ],
    )
    def test_as_the_language_writes_it(self, language: str, style: str, text: str) -> None:
        with translation.override(language):
            assert said(WINTER, style) == text

    def test_nothing_where_there_is_none(self) -> None:
        assert moment(None) == ""

    @pytest.mark.parametrize("year", [1, 9999])
    def test_the_edges_of_time_are_no_fault(self, year: int) -> None:
        last = datetime(year, 12, 31, 23, 59, tzinfo=UTC)
        assert "23:59" in moment(last) or "01:00" in moment(last) or year == 1

    def test_an_hour_that_comes_twice_is_told_apart(self) -> None:
        first, second = (said(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "minutes") for hour in (0, 1))

        assert (first, second) == ("2026-10-25 02:30 CEST", "2026-10-25 02:30 CET")


@pytest.mark.usefixtures("_local")
class TestTyped:
    def read(self, day: str, clock: str) -> datetime | None:
        found: datetime | None = MomentField(required=False).clean([day, clock])
        return found.astimezone(UTC) if found else None

    @pytest.mark.parametrize(
        ("day", "clock", "utc"),
        [
            ("2026-07-01", "12:30", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
            ("2026-12-01", "11:30:05", datetime(2026, 12, 1, 10, 30, 5, tzinfo=UTC)),
            ("2026-07-01", "12:30 CEST", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
            ("2026-10-25", "02:30 CEST", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            ("2026-07-01", "10:30 utc", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
            ("2026-10-25", "02:30 cet", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
            ("2026-10-25", "03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
            ("2026-03-29", "01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
            ("2026-03-29", "03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
            ("", "", None),
        ],
    )
    def test_it_is_the_local_clocks(self, day: str, clock: str, utc: datetime | None) -> None:
        assert self.read(day, clock) == utc

    @pytest.mark.parametrize(
        ("day", "clock", "sentence"),
        [
            ("2026-10-25", "02:30", "The clock shows this time twice on this day. Say which: 02:30 CEST or 02:30 CET."),
            ("2026-03-29", "02:30", "The local clock does not show this time on this day."),
            ("2026-07-01", "12:30 CET", "The local clock does not show this time on this day."),
            ("2026-07-01", "12:30 PST", "The clock here is never told in PST, but in CET, CEST."),
            ("9999-12-31", "23:59 CEST", "The local clock does not show this time on this day."),
            ("0001-01-01", "00:00", "The local clock does not show this time on this day."),
            ("2026-07-01", "soon", "Enter a valid time."),
            ("2026-07-01", "CEST", "Enter a valid time."),
            ("2026-07-01", "", "Enter a valid time."),
        ],
    )
    def test_what_the_clock_does_not_show_is_refused(self, day: str, clock: str, sentence: str) -> None:
        with pytest.raises(ValidationError) as refused:
            self.read(day, clock)

        assert refused.value.messages == [sentence]

    @pytest.mark.parametrize(
        "at",
        [
            datetime(9999, 12, 31, 23, 45, tzinfo=UTC),
            WINTER,
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
        ],
    )
    @pytest.mark.parametrize("language", ["en", "de", "pl"])
    def test_what_is_shown_to_be_edited_is_read_as_what_it_is(self, at: datetime, language: str) -> None:
        with translation.override(language):
            inputs: dict[str, Any] = MomentWidget().get_context("at", at, {})["widget"]
            day, clock = (one["value"] for one in inputs["subwidgets"])

            assert self.read(day, clock) == at


@pytest.mark.django_db
class TestPages:
    def test_a_record_and_its_list_show_the_local_clock(self, desk: Client) -> None:
        key = make_api_key("assets:read").key
        ApiKey.objects.filter(pk=key.pk).update(expires_at=SUMMER)

        for address in (page_of(key), "/admin/partner/apikey/"):
            assert 'title="2026-07-01 10:30:05 UTC">2026-07-01 12:30:05 CEST</time>' in text_of(desk.get(address))

    def test_a_list_is_still_sorted_by_a_column_of_moments(self, desk: Client) -> None:
        make_api_key("assets:read")
        columns = text_of(desk.get("/admin/partner/apikey/"))

        assert "Expires at" in columns
        assert desk.get("/admin/partner/apikey/?o=7").status_code == 200

    def test_an_expiry_is_typed_by_the_local_clock(self, desk: Client) -> None:
        form = {"name": "robot", "scopes": "assets:read", "expires_at_0": "30.06.2999", "expires_at_1": "12:00"}

        desk.post("/admin/partner/apikey/add/", form, headers={"accept-language": "de"})

        assert ApiKey.objects.get().expires_at == datetime(2999, 6, 30, 10, tzinfo=UTC)

    def test_the_day_of_the_market_is_the_day_of_the_desk(self, desk: Client) -> None:
        page = desk.get("/admin/imports/")

        assert page.context["today"] == datetime.now(tz=MARKET_ZONE).date()

    def test_the_apis_stay_in_utc(self, desk: Client) -> None:
        asset = make_asset(Lifecycle.LIVE)

        assert desk.get(f"/api/v1/assets/{asset.pk}").json()["created_at"].endswith("Z")

    def test_the_file_of_the_audit_is_in_utc_and_says_so(self, desk: Client) -> None:
        make_asset()
        answer: Any = desk.get("/admin/audit/?format=csv")
        header, first, *_ = b"".join(answer.streaming_content).decode().splitlines()

        assert header.startswith("at (UTC),what,record,")
        assert first.split(",")[0].endswith("+00:00")

    def test_days_of_the_audit_are_local_days(self, desk: Client) -> None:
        asked = desk.get("/admin/audit/?from=2026-07-01&to=2026-07-01")

        assert asked.status_code == 200
        assert date(2026, 7, 1).isoformat() in text_of(asked)
