"""Filters are real and part of the ETag [P5]."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.api.content_coding import takes_gzip
from partner.addresses import ADDRESSES
from partner.answers import Answer, Asked, answer
from partner.api.forecast_bodies import FORECAST_EXAMPLE
from partner.api.maintenance_bodies import MAINTENANCE_SIGNALS_EXAMPLE
from partner.documents import Edition, Variant, variant_of
from partner.narrowed import Kept
from tests.partner.test_answers import Memory

NOW = datetime(2026, 5, 30, 12, tzinfo=UTC)
SIGNAL: dict[str, Any] = MAINTENANCE_SIGNALS_EXAMPLE["signals"][0]
SIGNALS = {
    **MAINTENANCE_SIGNALS_EXAMPLE,
    "signals": [
        SIGNAL,
        {**SIGNAL, "id": "sig_2", "severity": "Low", "timestamp": "2026-05-29T09:00:00Z"},
    ],
}
HOUR = FORECAST_EXAMPLE["intervals"][0]
FORECAST = {**FORECAST_EXAMPLE, "horizon_hours": 72, "intervals": [HOUR] * 72}


def edition(document: dict[str, Any]) -> Edition:
    return Edition(fresh=variant_of(document), published_at=NOW, checked_at=NOW, next_at=NOW + timedelta(seconds=30))


SOURCE = Memory(
    edition_of={("S1", "maintenance-signals"): edition(SIGNALS), ("S1", "forecast"): edition(FORECAST)},
)


def ask(address: str, query: str = "", **more: Any) -> Answer:
    whole = "&".join(filter(None, ["site_id=Sibaya", query]))
    return answer(Asked(ADDRESSES[address], "GET", whole, key="good", **more), source=SOURCE, now=NOW)


def body(found: Answer) -> Any:
    assert found.status == 200, found.body
    return json.loads(found.body)


def test_a_severity_changes_body_summary_and_tag() -> None:
    everything, high = ask("maintenance-signals"), ask("maintenance-signals", "severity=high")
    assert [one["id"] for one in body(everything)["signals"]] == [SIGNAL["id"], "sig_2"]
    assert [one["id"] for one in body(high)["signals"]] == [SIGNAL["id"]]
    assert body(high)["summary"]["by_severity"] == {"High": 1}
    assert everything.headers["ETag"] != high.headers["ETag"]
    assert ask("maintenance-signals", "severity=HIGH,High").headers["ETag"] == high.headers["ETag"]
    tag = high.headers["ETag"]
    assert ask("maintenance-signals", "severity=high", if_none_match=tag).status == 304
    assert ask("maintenance-signals", "severity=low", if_none_match=tag).status == 200


def test_since_is_strictly_after() -> None:
    found = body(ask("maintenance-signals", "since=2026-05-29T09:00:00Z"))
    assert [one["id"] for one in found["signals"]] == [SIGNAL["id"]]
    assert len(body(ask("maintenance-signals", "since=2026-05-29T10:59:59%2B02:00"))["signals"]) == 2


def test_a_forecast_looks_24_hours_ahead_unless_more_is_asked_for() -> None:
    assert len(body(ask("forecast-snapshot"))["intervals"]) == 24
    assert len(body(ask("forecast-snapshot", "horizon=48h"))["intervals"]) == 48
    assert body(ask("forecast-snapshot", "horizon=1h"))["horizon_hours"] == 1
    assert ask("forecast-snapshot").headers["ETag"] == ask("forecast-snapshot", "horizon=24h").headers["ETag"]
    assert ask("forecast-snapshot").headers["ETag"] != ask("forecast-snapshot", "horizon=72h").headers["ETag"]


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("maintenance-signals", "severity=urgent"),
        ("maintenance-signals", "severity="),
        ("maintenance-signals", "severity=high&severity="),
        ("maintenance-signals", "since=2026-05-29T09:00:00"),
        ("maintenance-signals", "since=yesterday"),
        ("maintenance-signals", "horizon=24h"),
        ("forecast-snapshot", "horizon=73h"),
        ("forecast-snapshot", "horizon=0h"),
        ("forecast-snapshot", "horizon=24"),
        ("forecast-snapshot", "horizon=٢٤h"),
        ("forecast-snapshot", "horizon=24h%0a"),
        ("forecast-snapshot", "since=2026-05-29T09:00:00Z"),
        ("maintenance-schedule", "severity=high"),
        ("kpi-rollup", "severity=high"),
        ("kpi-rollup", "at=2026-05-29T09:00:00Z"),
        ("snapshot", "kind=kpi-rollup&severity=high"),
        ("snapshot", "kind=forecast&severity=high"),
        ("snapshot", "kind=maintenance-signals&severity=urgent"),
        ("snapshot", "kind=my-own&since=2026-05-29T09:00:00Z"),
        ("snapshot", "kind=forecast&kind=maintenance-signals&horizon=24h"),
        ("snapshot", "severity=high"),
    ],
)
def test_a_bad_value_or_the_filter_of_another_endpoint_is_400(address: str, query: str) -> None:
    assert ask(address, query).status == 400


@pytest.mark.parametrize(
    ("address", "kind", "query"),
    [
        ("maintenance-signals", "maintenance-signals", "severity=low"),
        ("maintenance-signals", "maintenance-signals", "severity=low&severity=high&since=2020-01-01T00:00:00Z"),
        ("forecast-snapshot", "forecast", "horizon=48h"),
        ("forecast-snapshot", "forecast", ""),
    ],
)
def test_the_generic_address_takes_the_filters_of_the_kinds_own(address: str, kind: str, query: str) -> None:
    """[P1]: and answers the same bytes and tag."""
    assert ask("snapshot", "&".join(filter(None, [f"kind={kind}", query]))) == ask(address, query)


def test_what_is_kept_is_bounded_in_number_and_in_bytes() -> None:
    few, small = Kept(most=3), Kept(most_bytes=250)
    for number in range(10):
        few.get(number, lambda: Variant("x" * 100, '"x"'))
        small.get(number, lambda: Variant("x" * 100, '"x"'))
    assert (len(few), len(small), small.bytes) == (3, 2, 200)
    assert few.get(9, lambda: Variant("made anew", '"y"')).body == "x" * 100


def test_each_coding_has_bytes_and_a_tag_of_its_own_and_a_client_may_come_back_with_either() -> None:
    plain, packed = ask("maintenance-signals"), ask("maintenance-signals", accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "x-api-key, Accept-Encoding"
    for first in (plain, packed):
        for coding in (None, "gzip"):
            again = ask("maintenance-signals", accept_encoding=coding, if_none_match=first.headers["ETag"])
            assert (again.status, again.headers["ETag"]) == (304, first.headers["ETag"])
            assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZIP;q=1.0", True),
        ("gzip, deflate, br", True),
        ("x-gzip", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=0.000", False),
        ("gzip;q=x", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0.5, identity;q=0.4", True),
        ("gzip" + "," * 500, False),
        (",".join(f"c{number}" for number in range(500)), False),
        ("é;=;;q", False),
    ],
)
def test_a_coding_is_sent_only_to_who_takes_it(header: str | None, taken: bool) -> None:  # noqa: FBT001
    """RFC 9110, 12.5.3."""
    assert takes_gzip(header) is taken


def test_a_stale_document_is_filtered_and_packed_too() -> None:
    late = replace(
        edition(SIGNALS), stale=variant_of({**SIGNALS, "stale": True}), stale_from=NOW - timedelta(seconds=1)
    )
    source = Memory(edition_of={("S1", "maintenance-signals"): late})
    asked = Asked(ADDRESSES["maintenance-signals"], "GET", "site_id=Sibaya&severity=low", key="good")
    found = body(answer(asked, source=source, now=NOW))
    assert found["stale"] is True
    assert [one["id"] for one in found["signals"]] == ["sig_2"]
