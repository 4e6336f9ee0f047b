"""What clients can send to sites, inverters and telemetry, and none of it is a 5xx [C3]."""

import json
from typing import Any

import pytest
from django.test import Client

from sites.models import Inverter, Site
from tests.conformance import verify
from tests.factories.keys import bearer
from tests.factories.sites import inverter_body, site_body
from tests.factories.telemetry import DAY, inverter_reading

pytestmark = pytest.mark.django_db

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1e400,
    10**400,
    "",
    " ",
    "\0",
    "\ud800",
    "١٢٣",
    "1e999999999",
    "Infinity",
    "-0",
    "x" * 100_000,
    "'; DROP TABLE sites_site; --",
    "{}",
    [],
    [[]],
    [None],
    {},
    {"value": None, "unit": None},
    {"value": "1e40", "unit": "EUR/kWh"},
    {"value": "9" * 150, "unit": "MW"},
    {"value": "NaN", "unit": "MW"},
    {"value": 1, "unit": ["MW"]},
    {"name": ["MANUAL"], "floor_price": "1"},
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00Z",
]
TEXTS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff",
    b'{"name": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b'{"a": 1, "a": 1}',
    b"[" * 100_000,
    b'{"readings": ' + b"[" * 100_000,
    b'{"readings": [' + b"1," * 9_999 + b"1]}",
    b'{"readings": [NaN]}',
    b'{"readings": [1e999999999]}',
]


@pytest.fixture
def client() -> Client:
    return Client(headers=bearer(), raise_request_exception=False)


def refused_well(client: Client, method: str, path: str, content: bytes = b"") -> int:
    """The status of an answer that is JSON as documented, no 5xx, and not large."""
    answer: Any = client.generic(method, f"/api/v1{path}", content, "application/json" if content else "")
    assert answer.status_code < 500, (method, path, content[:200], answer.content)
    verify(answer)
    if answer.content:
        assert answer["Content-Type"] == "application/json"
        json.loads(answer.content)
    assert len(answer.content) < 100_000
    return int(answer.status_code)


def writes(site: Site, inverter: Inverter) -> list[tuple[str, str, dict[str, Any]]]:
    """Every write that takes a body, with one that is fine."""
    plant = {"serial_number": "S", "commissioned_on": "2024-01-01", "service_interval_days": 1, "rated_dc_power": None}
    inverters = f"/sites/{site.pk}/inverters"
    asset_ids = list(inverter.assets.values_list("pk", flat=True))
    prices = {"dispatch_mode_name": "MANUAL", "dispatch_mode_floor_price": None, "dispatch_mode_strike_price": None}
    reading = inverter_reading(inverter, energy_kwh=1, state="NORMAL", temperature_c=1, error_code="E")
    return [
        ("POST", "/sites", site_body()),
        ("PATCH", f"/sites/{site.pk}", {"name": "New", **prices}),
        ("POST", inverters, inverter_body(*asset_ids, **plant)),
        ("PATCH", f"{inverters}/{inverter.pk}", inverter_body(*asset_ids, **plant)),
        ("PUT", "/telemetry/inverters", {"readings": [reading]}),
        ("PUT", "/telemetry/sites", {"readings": [{"site_id": site.pk, "time": reading["time"], "consumption_kw": 1}]}),
    ]


@pytest.mark.parametrize("number", range(6))
def test_junk_in_any_field_is_refused_or_taken_as_it_is(
    client: Client, site: Site, inverter: Inverter, number: int
) -> None:
    method, path, body = writes(site, inverter)[number]
    item = body["readings"][0] if "readings" in body else body
    for field in [*item, "unknown"]:
        for junk in JUNK:
            changed = {**item, field: junk}
            sent = {"readings": [changed]} if "readings" in body else changed
            refused_well(client, method, path, json.dumps(sent).encode())


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20].decode("latin-1"))
def test_a_body_that_is_no_object_is_422(client: Client, site: Site, inverter: Inverter, text: bytes) -> None:
    for method, path, _ in writes(site, inverter):
        assert refused_well(client, method, path, text) in ({422} if text else {415, 422})


@pytest.mark.parametrize(
    "query",
    [
        "limit=99999999999999999999",
        "limit=1e3",
        "limit=%D9%A1",
        "limit=-0",
        "offset=4611686018427387904",
        "offset=4611686018427387905",
        "cursor=%00",
        "cursor=" + "x" * 3000,
        "%00=1",
        "region=%00",
        "asset_id=%00",
        "asset_id=%FF",
        "asset_id=" + "x" * 101,
        "expand=inverters%00",
        "&&&==",
        "&".join(f"a{number}=1" for number in range(2000)),
    ],
)
def test_a_hostile_query_is_refused(client: Client, site: Site, query: str) -> None:
    for path in ("/sites", f"/sites/{site.pk}/inverters", "/telemetry/sites", "/telemetry/inverters"):
        ids = f"site_ids={site.pk}" if path.endswith("sites") else "inverter_ids=A"
        refused_well(client, "GET", f"{path}?{query}")
        refused_well(client, "GET", f"{path}?{ids}&{DAY}&{query}")


@pytest.mark.parametrize(
    "times",
    [
        "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999999Z",
        "from=9999-12-31T23:59:59.999999Z&to=9999-12-31T23:59:59.999999Z",
        "from=-infinity&to=infinity",
        "from=2026-W18-5&to=2026-05-02T00:00:00Z",
        "from=1777593600&to=1777680000",
        "from=%00&to=%00",
    ],
)
def test_a_hostile_window_is_refused_or_read(client: Client, site: Site, times: str) -> None:
    refused_well(client, "GET", f"/telemetry/sites?site_ids={site.pk}&{times}&limit=1&offset=4611686018427387904")


def test_the_last_instant_there_is_can_be_paged_over(client: Client, site: Site) -> None:
    """[C5]"""
    edge = "9999-12-31T23:59:59.99999{}Z"
    readings = [{"site_id": site.pk, "time": edge.format(digit), "consumption_kw": 1} for digit in (7, 8, 9)]
    assert refused_well(client, "PUT", "/telemetry/sites", json.dumps({"readings": readings}).encode()) == 204
    path, seen = f"/api/v1/telemetry/sites?site_ids={site.pk}&from={edge.format(0)}&to={edge.format(9)}&limit=1", []
    while path:
        answer = client.get(path)
        seen += [reading["time"] for reading in answer.json()["readings"]]
        path = answer.headers.get("Link", "").partition("<http://testserver")[2].partition(">")[0]
    assert seen == [edge.format(7), edge.format(8)]


@pytest.mark.parametrize("part", ["%00", "%FF", "a%2Fb", "..%2F..", "x" * 101, "%F0%9F%94%8B", "a.b", "'"])
def test_an_address_that_is_no_id_is_404(client: Client, site: Site, part: str) -> None:
    for path in (f"/sites/{part}", f"/sites/{part}/inverters", f"/sites/{site.pk}/inverters/{part}"):
        assert refused_well(client, "GET", path) in (400, 404)


def test_ten_thousand_unknown_inverters_are_a_short_refusal(client: Client) -> None:
    """[C8]"""
    readings = [
        {"inverter_id": f"{'x' * 90}{number}", "time": "2026-05-01T00:00:00Z", "ac_power_kw": 1}
        for number in range(10_000)
    ]
    assert refused_well(client, "PUT", "/telemetry/inverters", json.dumps({"readings": readings}).encode()) == 404
