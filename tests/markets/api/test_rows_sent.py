"""Bodies of rows: NDJSON and CSV on the batch endpoints of the markets [B3]."""

from collections.abc import Mapping
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.clients import Api, detail_of, faults_of, read
from tests.factories.periods import forecast, price, reservation, window_of
from tests.factories.rows import CSV, NDJSON, WRITTEN, counts, csv_text, listed, ndjson, places, send_rows

pytestmark = pytest.mark.django_db

FORECASTS = "/forecasts"
DAY = "from=2026-05-01T00:00:00Z&to=2026-05-10T00:00:00Z"
EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])


@pytest.fixture
def api() -> Api:
    return Api.with_key()


def stored(api: Api, battery: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(api.get(f"{FORECASTS}?asset_ids={battery}&{DAY}&limit=1000"))["forecasts"]
    return found


@EITHER
def test_rows_are_stored_as_a_batch_is(api: Api, battery: str, media: str) -> None:
    """[B3] [F1] [C11] Inserted, unchanged when sent again, updated when changed; what is left out becomes null."""
    rows = [forecast(battery, slot, generation_p10="1.20", generation_p90=2.3) for slot in range(250)]
    assert counts(api, FORECASTS, WRITTEN[media](*rows), media) == (250, 0, 0)
    before = stored(api, battery)
    assert counts(api, FORECASTS, WRITTEN[media](*reversed(rows)), media) == (0, 0, 250)
    assert stored(api, battery) == before
    assert (before[0]["generation"], before[0]["generation_p10"]) == ("1.8", "1.2")
    assert counts(api, FORECASTS, WRITTEN[media](forecast(battery, 3), forecast(battery, 300)), media) == (1, 1, 0)
    assert stored(api, battery)[3]["generation_p10"] is None


@EITHER
def test_rows_answer_204_unless_counts_are_preferred(api: Api, battery: str, media: str) -> None:
    """[C11]"""
    answer = send_rows(api, "PUT", FORECASTS, WRITTEN[media](forecast(battery)), media)
    assert (answer.status_code, answer.content) == (204, b"")


@EITHER
def test_a_quantity_is_an_object_or_two_columns(api: Api, media: str) -> None:
    """[B3] [PR1]"""
    rows = [price(), price(slot=1), price(slot=2, price={"value": "0.05", "unit": "EUR/kWh"})]
    assert counts(api, "/prices", WRITTEN[media](*rows), media) == (3, 0, 0)
    found = read(api.get(f"/prices?delivery_areas=50HZ&{DAY}"))["prices"]
    assert [one["price"]["value"] for one in found] == ["-4.99", "-4.99", "50"]
    assert {one["price"]["unit"] for one in found} == {"EUR/MWh"}


@EITHER
def test_rows_may_be_more_than_a_batch(api: Api, battery: str, media: str) -> None:
    """[B1] [B3] A JSON body has at most 1,000 reservations."""
    rows = [reservation(battery, slot) for slot in range(1_001)]
    assert api.put("/reservations", {"reservations": rows}).status_code == 422
    assert counts(api, "/reservations", WRITTEN[media](*rows), media) == (1_001, 0, 0)


@EITHER
@pytest.mark.parametrize("rows", [1, 400])
def test_any_number_of_rows_takes_the_same_statements(
    api: Api, battery: str, media: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    content = WRITTEN[media](*(forecast(battery, slot) for slot in range(rows)))
    send_rows(api, "PUT", FORECASTS, content, media)  # the key is looked up once
    # the key; savepoint, table, COPY, repeated lines, owners; savepoint, lock, merge, savepoint; drop, release
    with django_assert_num_queries(12):
        send_rows(api, "PUT", FORECASTS, content, media)


@EITHER
def test_every_bad_line_is_named_and_nothing_is_written(api: Api, battery: str, media: str) -> None:
    """[B3] [B1] Lines count from 1; in CSV the header is the first."""
    rows: list[Mapping[str, Any]] = [forecast(battery, slot) for slot in range(300)]
    rows[4] = forecast(battery, 4, generation="-1")
    rows[250] = forecast(battery, 250, start_time="2026-05-01T06:01:00Z")
    rows[251] = forecast(battery, 251, consumption="much")
    header = 1 if media == CSV else 0
    assert places(send_rows(api, "PUT", FORECASTS, WRITTEN[media](*rows), media)) == [
        (5 + header, "generation"),
        (251 + header, "start_time"),
        (252 + header, "consumption"),
    ]
    assert stored(api, battery) == []


@EITHER
def test_a_hundred_faults_are_enough(api: Api, battery: str, media: str) -> None:
    """[C3]"""
    rows = [forecast(battery, slot, generation="x", consumption="y") for slot in range(300)]
    answer = send_rows(api, "PUT", FORECASTS, WRITTEN[media](*rows), media)
    assert len(places(answer)) == 100
    assert len(answer.content) < 100_000


@EITHER
def test_the_same_key_twice_names_both_lines(api: Api, battery: str, media: str) -> None:
    """[B2] Also as two offsets of one instant."""
    twin = {"start_time": "2026-05-01T08:00:00+02:00", "end_time": "2026-05-01T08:15:00+02:00"}
    content = WRITTEN[media](forecast(battery, 1), forecast(battery), forecast(battery) | twin)
    answer = send_rows(api, "PUT", FORECASTS, content, media)
    second, third = (3, 4) if media == CSV else (2, 3)
    assert places(answer) == [(third,)]
    (fault,) = read(answer, 422)["detail"]
    assert fault["msg"] == f"Line {third} has the same asset_id and start_time as line {second}"
    assert stored(api, battery) == []


@EITHER
def test_all_unknown_assets_are_named(api: Api, battery: str, neighbour: str, media: str) -> None:
    """[C8] [C14] Those that the key is not bound to are as if unknown."""
    content = WRITTEN[media](forecast("DE_50HZ_NO_2"), forecast(battery), forecast("DE_50HZ_NO_1"))
    answer = send_rows(api, "PUT", FORECASTS, content, media)
    assert detail_of(answer, 404) == "Unknown assets: DE_50HZ_NO_1, DE_50HZ_NO_2."
    assert stored(api, battery) == []
    bound = Api.with_key(asset_ids=[battery])
    answer = send_rows(bound, "PUT", FORECASTS, WRITTEN[media](forecast(neighbour)), media)
    assert detail_of(answer, 404) == f"Unknown asset: {neighbour}."


@EITHER
def test_rows_change_the_etag_only_when_they_change_something(api: Api, battery: str, media: str) -> None:
    """[C13]"""
    path = f"{FORECASTS}?asset_ids={battery}&{DAY}"
    tags = [api.get(path)["ETag"]]
    for _ in range(2):
        counts(api, FORECASTS, WRITTEN[media](forecast(battery)), media)
        tags.append(api.get(path)["ETag"])
    assert tags[0] != tags[1] == tags[2]


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n"])
def test_no_lines_are_too_few(api: Api, content: bytes) -> None:
    """[B1] 1 to 1,000,000."""
    assert faults_of(send_rows(api, "PUT", FORECASTS, content)) == [(("body",), "too_short")]


def test_a_header_without_rows_is_too_few(api: Api) -> None:
    """[B1]"""
    header = csv_text(forecast("x")).splitlines(keepends=True)[0]
    assert faults_of(send_rows(api, "PUT", FORECASTS, header, CSV)) == [(("body",), "too_short")]


@EITHER
def test_a_row_too_many_is_422(api: Api, battery: str, media: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[B3]"""
    monkeypatch.setattr("config.api.row_bodies.MOST_ROWS", 200)
    rows = [forecast(battery, slot) for slot in range(201)]
    line = 202 if media == CSV else 201
    assert faults_of(send_rows(api, "PUT", FORECASTS, WRITTEN[media](*rows), media)) == [(("body", line), "too_long")]
    assert counts(api, FORECASTS, WRITTEN[media](*rows[:200]), media) == (200, 0, 0)


@EITHER
def test_a_body_of_rows_has_256_mib_and_no_more(api: Api, media: str) -> None:
    """[B3] [C3] The length is looked at, the body is not read."""
    answer = send_rows(api, "PUT", FORECASTS, b"", media, Content_Length=str(256 * 1024 * 1024 + 1))
    assert detail_of(answer, 413) == "A body of this media type has at most 268435456 bytes (256 MiB)."


@pytest.mark.parametrize("media", ["text/plain", "application/jsonl", "text/csv; charset=latin-1", "text/*"])
def test_other_media_types_are_415(api: Api, media: str) -> None:
    """[C2] [C3]"""
    answer = send_rows(api, "PUT", FORECASTS, ndjson(forecast("x")), media)
    expected = "The body must be sent as application/json or application/x-ndjson or text/csv in UTF-8."
    assert detail_of(answer, 415) == expected


@EITHER
def test_where_no_batch_is_taken_rows_are_415(api: Api, media: str) -> None:
    assert send_rows(api, "POST", "/assets", b"{}", media).status_code == 415


@EITHER
def test_an_encoded_body_is_415_and_one_of_unknown_length_411(api: Api, battery: str, media: str) -> None:
    """[C3]"""
    content = WRITTEN[media](forecast(battery))
    assert send_rows(api, "PUT", FORECASTS, content, media, Content_Encoding="gzip").status_code == 415
    chunked = send_rows(api, "PUT", FORECASTS, content, media, Content_Length="", Transfer_Encoding="chunked")
    assert chunked.status_code == 411


@EITHER
def test_an_unknown_parameter_is_422_before_the_rows_are_read(api: Api, battery: str, media: str) -> None:
    """[C4]"""
    answer = send_rows(api, "PUT", f"{FORECASTS}?strange=1", b"no rows at all", media)
    assert faults_of(answer) == [(("query", "strange"), "extra_forbidden")]


@EITHER
def test_rows_need_the_scope(battery: str, media: str) -> None:
    """[C14]"""
    content = WRITTEN[media](forecast(battery))
    assert send_rows(Api.with_key("markets:read"), "PUT", FORECASTS, content, media).status_code == 403
    assert send_rows(Api(), "PUT", FORECASTS, content, media).status_code == 401


def test_a_row_of_csv_may_hold_what_json_may(api: Api, battery: str) -> None:
    """[B3] Columns in any order, quoted or not, CRLF or LF, a byte order mark, blank lines at the end."""
    window = window_of(0)
    text = '\ufeffgeneration,"asset_id",consumption,end_time,start_time,generation_p90\r\n'
    text += f'"1.5",{battery},0,{window["end_time"]},"{window["start_time"]}",\n\r\n\n'
    assert counts(api, FORECASTS, text.encode(), CSV) == (1, 0, 0)
    (found,) = listed(api, f"{FORECASTS}?asset_ids={battery}&{DAY}")
    assert (found["generation"], found["generation_p90"]) == ("1.5", None)
