"""Batches in plain form are answered as all others are [B1] [B2] [C3]."""

import json
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection
from django.test import Client

from config.api.plain_batches import PlainForm
from markets.api.period_bodies import PutForecasts, PutReservations
from tests.factories.clients import ApiClient
from tests.factories.keys import bearer
from tests.factories.periods import forecast, reservation

pytestmark = pytest.mark.django_db
BODIES: dict[str, type[Any]] = {"forecasts": PutForecasts, "reservations": PutReservations}


def put(kind: str, items: list[dict[str, Any]], *, plain: bool, query: str = "") -> tuple[int, Any]:
    """The answer to a batch, in plain form or with a name written so that it is not."""
    content = json.dumps({kind: items}).encode()
    assert PlainForm(BODIES[kind]).read(content)
    if not plain:
        content = content.replace(b'"end_time"', b'"\\u0065nd_time"')
        assert PlainForm(BODIES[kind]).read(content) is None
    headers = {**bearer(), "Prefer": "return=representation"}
    answer = Client(headers=headers).put(f"/api/v1/{kind}{query}", content, "application/json")
    return answer.status_code, json.loads(answer.content)


def window(start: str, end: str) -> dict[str, str]:
    return {"start_time": f"2026-05-01T{start}Z", "end_time": f"2026-05-01T{end}Z"}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("forecasts", {"generation_p10": "1.9"}),
        ("forecasts", {"generation_p90": "1.7"}),
        ("forecasts", {"end_time": "2026-05-02T06:15:00Z"}),
        ("forecasts", window("06:05:00", "06:20:00")),
        ("forecasts", window("06:00:00", "06:20:00")),
        ("forecasts", window("06:00:00.000001", "06:15:00")),
        ("forecasts", {"start_time": "2026-02-30T06:00:00Z"}),
        ("reservations", window("06:00:00", "06:00:00")),
        ("reservations", window("06:15:00", "06:00:00")),
        ("reservations", {"end_time": "2026-02-30T06:15:00Z"}),
        ("reservations", {"start_time": "2026-05-01T08:15:00+02:00", "end_time": "2026-05-01T06:30:00Z"}),
    ],
)
@pytest.mark.parametrize("asset_id", [None, "DE_50HZ_NO_1"])
def test_they_are_refused_with_the_same_words(
    battery: str, kind: str, wrong: dict[str, str], asset_id: str | None
) -> None:
    """[C3] By the table's constraints first, then by the strict reading: 422 comes before 404, also for both."""
    item = {"forecasts": forecast, "reservations": reservation}[kind]
    owner = asset_id or battery
    items = [item(owner, 1), item(owner, 0, **wrong), item(owner, 2)]
    plain = put(kind, items, plain=True)
    assert plain == put(kind, items, plain=False)
    assert plain[0] == 422


def test_unknown_assets_are_all_named(battery: str) -> None:
    """[C8]"""
    items = [reservation(one) for one in ("DE_50HZ_NO_1", battery, "PL_PSE_NO_2")]
    sentence = {"detail": "Unknown assets: DE_50HZ_NO_1, PL_PSE_NO_2."}
    assert put("reservations", items, plain=True) == put("reservations", items, plain=False) == (404, sentence)


def test_faults_of_the_query_and_of_the_table_are_named_together(battery: str) -> None:
    """[C3] [C4]"""
    items = [forecast(battery, generation_p10="1.9")]
    plain = put("forecasts", items, plain=True, query="?x=1")
    assert plain == put("forecasts", items, plain=False, query="?x=1")
    assert [fault["loc"][0] for fault in plain[1]["detail"]] == ["query", "body"]


def test_what_one_form_has_stored_the_other_finds_unchanged(api: ApiClient, battery: str) -> None:
    """[C10] Values, offsets and nulls come to the same."""
    items = [
        forecast(battery, 0, generation=1.8, generation_p10=None),
        forecast(battery, 1, start_time="2026-05-01T08:15:00+02:00", generation_p90="2.300000"),
        forecast(battery, 2, consumption="007", start_time="2026-05-01T06:30:00.000Z"),
    ]
    inserted, unchanged = ({"inserted": 3, "updated": 0, "unchanged": 0}, {"inserted": 0, "updated": 0, "unchanged": 3})
    assert put("forecasts", items, plain=True) == (200, inserted)
    assert put("forecasts", items, plain=False) == (200, unchanged)
    found = api.get(f"/forecasts?asset_ids={battery}&from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z")["forecasts"]
    assert [(one["start_time"], one["consumption"], one["generation_p90"]) for one in found] == [
        ("2026-05-01T06:00:00Z", "0", None),
        ("2026-05-01T06:15:00Z", "0", "2.3"),
        ("2026-05-01T06:30:00Z", "7", None),
    ]


@pytest.mark.parametrize("table", ["markets_forecast", "markets_reservation", "markets_price"])
@pytest.mark.parametrize(
    ("start", "end"),
    [("06:00", "06:00"), ("06:15", "06:00"), ("06:05", "06:20"), ("06:00", "06:20"), ("06:00", "30:15")],
)
def test_the_database_takes_no_other_windows(battery: str, table: str, start: str, end: str) -> None:
    """[F1] Whoever writes them: on the grid, 15 minutes to 24 hours long."""
    columns = {
        "markets_forecast": f"asset_id, generation, consumption) VALUES ('{battery}', 1, 1",
        "markets_reservation": "asset_id, market, source, power, energy_change, energy_buffer_low, energy_buffer_high)"
        f" VALUES ('{battery}', 'DAA', 'OPT', 1, 1, 1, 1",
        "markets_price": "delivery_area, market, amount, currency) VALUES ('50HZ', 'DAA', 1, 'EUR'",
    }[table].replace(") VALUES (", ", start_time, end_time) VALUES (")
    day = "'2026-05-01Z'::timestamptz + interval"
    with (
        pytest.raises((IntegrityError, DataError), match=r"has_a_window|is_on_the_grid"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO {table} ({columns}, {day} '{start}', {day} '{end}')")
