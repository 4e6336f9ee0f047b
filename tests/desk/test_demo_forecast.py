"""What the demo plant's partners are told of the coming days, from its measured ones."""

from datetime import UTC, datetime

import pytest

from config.desk.demo.seeding import seed
from config.desk.demo.sibaya import PUBLIC_NAME
from partner.models import PartnerProfile
from tests.factories.forecasts import forecast_of


@pytest.mark.django_db
def test_sibaya_has_a_forecast_of_three_sunny_days_with_a_band_and_a_worth() -> None:
    now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    seed(now=now)
    document = forecast_of(PartnerProfile.objects.get(public_name=PUBLIC_NAME).site, now=now)
    noon, midnight = document["intervals"][1], document["intervals"][13]
    assert document["model_id"] == "clear-sky-1"
    assert 0 < noon["p10_kw"] < noon["p50_kw"] < noon["p90_kw"] < 408
    assert noon["revenue_zar"] == pytest.approx(noon["p50_kw"] * 1.74, abs=2e-6)
    assert (midnight["ts"], midnight["p90_kw"]) == ("2026-11-20T22:00:00Z", 0)
    assert document["totals"]["total_kwh"] > 3 * 408
