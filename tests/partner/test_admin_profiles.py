"""Partner profiles and snapshots in the back office [P3] [P6]."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partner.models import PartnerProfile, Snapshot
from sites.models import Site
from tests.back_office import SAVED, faults_of, page_of, text_of
from tests.factories.operators import desk_of, make_superuser

pytestmark = pytest.mark.django_db

PROFILES, SNAPSHOTS = "/admin/partner/partnerprofile/", "/admin/partner/snapshot/"
PEAK = {"name": "peak", "days": "WEEKDAYS", "start_time": "07:00", "end_time": "10:00", "rate": "0.31"}


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def profile_form(*periods: dict[str, str], **fields: str) -> dict[str, str]:
    """What an operator fills in for a profile in ZAR with these tariff periods."""
    form = {"public_name": "Sibaya", "time_zone": "Africa/Johannesburg", "currency": "ZAR", "tariff": "2.15"}
    form |= {"pr_target": "0.8", "availability_target": "0.98", "signal_thresholds": "{}", "frame_origins": ""}
    form |= {"tariff_periods-TOTAL_FORMS": str(len(periods)), "tariff_periods-INITIAL_FORMS": "0"}
    for index, period in enumerate(periods):
        form |= {f"tariff_periods-{index}-{name}": value for name, value in period.items()}
    return form | fields


class TestProfiles:
    def test_a_site_is_given_its_profile_and_tariff(self, desk: Client, site: Site) -> None:
        form = profile_form(PEAK, site=site.pk, frame_origins="https://one.example\n\nhttps://two.example")

        assert desk.post(f"{PROFILES}add/", form).status_code == SAVED

        profile = PartnerProfile.objects.get()
        assert (profile.public_name, profile.currency, profile.tariff) == ("Sibaya", "ZAR", Decimal("2.15"))
        assert profile.frame_origins == ["https://one.example", "https://two.example"]
        assert [(period.name, period.rate) for period in profile.tariff_periods.all()] == [("peak", Decimal("0.31"))]
        event = PartnerProfile.pgh_event_model.objects.get()  # type: ignore[attr-defined]
        assert event.pgh_context == {"actor": "user:anna", "request_id": "request-of-the-test"}

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"currency": "zar"}, "A currency is three capital letters, such as ZAR."),
            ({"time_zone": "Nowhere"}, "Select a valid choice. Nowhere is not one of the available choices."),
            (
                {"frame_origins": "partner.example"},
                "An origin is a scheme and a host, such as https://partner.example.",
            ),
            ({"signal_thresholds": "{"}, "Enter a valid JSON."),
            ({"public_name": "DE_50HZ_X_SITE_1"}, "This is how the id of another site looks."),
        ],
    )
    def test_it_says_what_cannot_be(self, desk: Client, site: Site, fields: dict[str, str], sentence: str) -> None:
        assert faults_of(desk.post(f"{PROFILES}add/", profile_form(**{"site": site.pk, **fields}))) == [sentence]

    def test_periods_that_overlap_are_refused_and_nothing_is_kept(self, desk: Client, site: Site) -> None:
        late = PEAK | {"name": "late", "days": "ALL", "start_time": "09:00", "end_time": "00:00"}

        answer = desk.post(f"{PROFILES}add/", profile_form(PEAK, late, site=site.pk))

        (sentence,) = faults_of(answer)
        assert "overlaps" in sentence
        assert not PartnerProfile.objects.exists()

    def test_a_correction_leaves_what_was_not_touched(self, desk: Client, profile: PartnerProfile) -> None:
        form = profile_form(currency="EUR", tariff="0.2", time_zone="UTC", seen=profile.updated_at.isoformat())

        assert desk.post(page_of(profile), form).status_code == SAVED

        profile.refresh_from_db()
        assert (profile.tariff, profile.public_name) == (Decimal("0.2"), "Sibaya")

    def test_a_period_is_corrected_and_deleted(self, desk: Client, profile: PartnerProfile) -> None:
        desk.post(page_of(profile), profile_form(PEAK))
        period = profile.tariff_periods.get()
        stored = {"tariff_periods-INITIAL_FORMS": "1", "tariff_periods-0-id": str(period.pk)}

        desk.post(page_of(profile), profile_form(PEAK | {"rate": "0.4"}) | stored)
        period = profile.tariff_periods.get()
        assert period.rate == Decimal("0.4")

        gone = stored | {"tariff_periods-0-id": str(period.pk), "tariff_periods-0-DELETE": "on"}
        desk.post(page_of(profile), profile_form(PEAK) | gone)
        assert not profile.tariff_periods.exists()


class TestSnapshots:
    @pytest.fixture
    def snapshot(self, site: Site) -> Snapshot:
        now = timezone.now()
        return Snapshot.objects.create(
            site=site,
            kind="kpi-rollup",
            body='{"site_id": "Sibaya", "system": {"device_count": 2}}',
            etag='"abc"',
            stale_body="{}",
            stale_etag='"def"',
            content_digest="d",
            published_at=now,
            last_checked_at=now,
            last_success_at=now,
            next_check_at=now,
            stale_from=now + timedelta(hours=1),
        )

    def test_the_page_shows_the_document_and_its_tag(self, desk: Client, snapshot: Snapshot) -> None:
        text = text_of(desk.get(page_of(snapshot)))

        assert "&quot;device_count&quot;: 2" in text
        assert "&quot;abc&quot;" in text

    @pytest.mark.parametrize(
        ("changes", "state"),
        [
            ({}, "Current"),
            ({"stale_from": timezone.now() - timedelta(seconds=1)}, "Stale"),
            ({"last_failure": "KeyError: x"}, "Failing"),
        ],
    )
    def test_the_list_says_how_it_is_doing(
        self, desk: Client, snapshot: Snapshot, changes: dict[str, Any], state: str
    ) -> None:
        failed = {"last_failed_at": snapshot.last_checked_at} if "last_failure" in changes else {}
        Snapshot.objects.update(**changes, **failed)

        text = text_of(desk.get(SNAPSHOTS))

        assert state in text
        assert changes.get("last_failure", "") in text

    def test_nobody_writes_it_here(self, desk: Client, snapshot: Snapshot) -> None:
        assert desk.post(page_of(snapshot), {"body": "{}"}).status_code == 403
        assert desk.post(page_of(snapshot, "delete"), {"post": "yes"}).status_code == 403
        assert desk.get(f"{SNAPSHOTS}add/").status_code == 403

    @pytest.mark.usefixtures("snapshot")
    def test_the_list_reads_no_documents(self, desk: Client, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(4) as queries:  # session, operator, count, rows with their site
            desk.get(SNAPSHOTS)

        read = queries.captured_queries[-1]["sql"].replace('octet_length("partner_snapshot"."body")', "")
        assert '"body"' not in read  # its length alone
