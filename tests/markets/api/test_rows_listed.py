"""Lists as rows: NDJSON and CSV for those who accept them [B3]."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.clients import Api, faults_of, next_page, read
from tests.conformance import content_of
from tests.factories.periods import forecast, price, reservation
from tests.factories.rows import CSV, NDJSON, flat, listed

pytestmark = pytest.mark.django_db

DAY = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"
EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.fixture
def path(api: Api, battery: str, neighbour: str) -> str:
    """A list of 1,200 forecasts, more than a page can hold."""
    rows = [forecast(one, slot, generation_p90="2.50") for one in (neighbour, battery) for slot in range(600)]
    api.put("/forecasts", {"forecasts": rows})
    return f"/forecasts?asset_ids={neighbour},{battery}&{DAY}"


def test_rows_of_ndjson_are_the_items_of_json(api: Api, path: str) -> None:
    """[B3] [F2] All of them, in the same order, without the 1000 limit."""
    first = read(api.get(f"{path}&limit=1000"))["forecasts"]
    rest = read(api.get(f"{path}&limit=1000&offset=1000"))["forecasts"]
    assert listed(api, path) == first + rest


def test_columns_of_csv_are_the_fields_of_json(api: Api, path: str) -> None:
    """[B3] Null is an empty cell; lines end in CRLF (RFC 4180)."""
    items = read(api.get(f"{path}&limit=1000"))["forecasts"]
    rows = listed(api, path, CSV)
    assert rows[:1000] == flat(items)
    assert len(rows) == 1200
    assert rows[0]["generation_p10"] == ""
    text = content_of(api.get(path, Accept=CSV))
    assert text.count(b"\r\n") == text.count(b"\n") == 1201


@EITHER
def test_a_quantity_is_an_object_or_two_columns(api: Api, media: str) -> None:
    """[B3] [PR1]"""
    api.put("/prices", {"prices": [price(), price("TNNT", price={"value": "0.1", "unit": "PLN/kWh"})]})
    path = f"/prices?delivery_areas=50HZ,TNNT&{DAY}"
    items = read(api.get(path))["prices"]
    assert listed(api, path, media) == (flat(items) if media == CSV else items)
    assert items[1]["price"] == {"value": "100", "unit": "PLN/MWh"}


@EITHER
def test_filters_are_those_of_the_json_list(api: Api, battery: str, media: str) -> None:
    """[R2] [C7]"""
    rows = [reservation(battery, slot, market=market) for slot in range(100) for market in ("DAA", "IDC")]
    api.put("/reservations", {"reservations": rows})
    path = f"/reservations?asset_ids={battery}&delivery_day=2026-05-01&markets=IDC"
    items = read(api.get(f"{path}&limit=1000"))["reservations"]
    assert len(items) == 64  # from 06:00Z to 22:00Z
    assert listed(api, path, media) == (flat(items) if media == CSV else items)


@EITHER
def test_an_empty_list_has_no_rows(api: Api, battery: str, media: str) -> None:
    path = f"/forecasts?asset_ids={battery},DE_50HZ_NO_1&{DAY}"
    assert listed(api, path, media) == []
    assert content_of(api.get(path, Accept=media)).startswith(b"asset_id," if media == CSV else b"")


@EITHER
def test_pages_of_rows_go_on_where_the_one_before_ended(api: Api, path: str, media: str) -> None:
    """[C5] By Link, as JSON pages do; by offset; and from a JSON page's cursor."""
    whole = listed(api, path, media)
    assert listed(api, f"{path}&limit=5&offset=598", media) == whole[598:603]
    seen = []
    page: str | None = f"{path}&limit=500"
    while page:
        seen += listed(api, page, media)
        page = next_page(api.get(page, Accept=media))
    assert seen == whole
    after_json = next_page(api.get(f"{path}&limit=700"))
    assert after_json
    assert listed(api, after_json.replace("limit=700", "limit=1000000"), media) == whole[700:]


@EITHER
def test_a_million_rows_may_be_asked_for_and_no_more(api: Api, battery: str, media: str) -> None:
    """[B3]"""
    path = f"/forecasts?asset_ids={battery}&{DAY}"
    assert listed(api, f"{path}&limit=1000000", media) == []
    for limit in ("1000001", "0", "-1", "x"):
        faults = faults_of(api.get(f"{path}&limit={limit}", Accept=media))
        assert [place for place, _ in faults] == [("query", "limit")]
    assert [place for place, _ in faults_of(api.get(f"{path}&limit=1001"))] == [("query", "limit")]


@EITHER
def test_a_tag_is_of_its_media_type_and_answers_304_without_a_look_at_the_rows(
    api: Api, path: str, media: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """[C13]"""
    answer = api.get(path, Accept=media)
    assert "Accept" in answer["Vary"]
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["ETag"] != api.get(path)["ETag"]
    with django_assert_num_queries(2):  # the key and the revisions
        again = api.get(path, Accept=media, If_None_Match=answer["ETag"])
    assert (again.status_code, again["ETag"], content_of(again)) == (304, answer["ETag"], b"")


@EITHER
def test_any_number_of_rows_takes_the_same_statements(
    api: Api, path: str, media: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """[B3]"""
    for limit in (1, 1_200):
        with django_assert_num_queries(5):  # the key, the revisions, and the COPY in a transaction
            assert len(listed(api, f"{path}&limit={limit}", media)) == limit


def test_head_has_the_headers_of_get(api: Api, path: str) -> None:
    head, got = (api.send(method, path, headers={"Accept": CSV}) for method in ("HEAD", "GET"))
    assert {**head.headers, "X-Request-ID": ""} == {**got.headers, "X-Request-ID": ""}
    assert content_of(head) == b""


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("text/*", CSV),
        ("application/*", "application/json"),
        ("application/json;q=0.5, application/x-ndjson", NDJSON),
        ("text/html, text/csv;q=0.1", CSV),
    ],
)
def test_who_accepts_several_gets_the_liked_one(api: Api, path: str, accept: str, media: str) -> None:
    answer = api.get(path, Accept=accept)
    assert answer["Content-Type"].partition(";")[0] == media


@EITHER
def test_other_lists_are_not_rows(api: Api, media: str) -> None:
    """[C3]"""
    assert api.get("/assets", Accept=media).status_code == 406


@EITHER
def test_a_refusal_is_json_whatever_is_accepted(api: Api, battery: str, media: str) -> None:
    """[C3]"""
    places = [place for place, _ in faults_of(api.get(f"/forecasts?asset_ids={battery}", Accept=media))]
    assert places == [("query", "from"), ("query", "to")]


@EITHER
def test_a_key_bound_to_assets_sees_no_others(path: str, battery: str, media: str) -> None:
    """[C14]"""
    rows = listed(Api.with_key(asset_ids=[battery]), path, media)
    assert len(rows) == 600
    assert {row["asset_id"] for row in rows} == {battery}


@EITHER
def test_rows_that_cannot_be_read_are_an_error_and_no_half_answer(
    api: Api, path: str, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B3] The statement fails at a row in the middle, and that is what the client gets to know."""
    failing = "SELECT 1 / (700 - n) FROM generate_series(1, 1000) AS n"
    monkeypatch.setattr("config.database.exports._statement", lambda *_args, **_more: failing)
    faults = faults_of(api.get(path, Accept=media))
    assert [kind for _, kind in faults] == ["value_error"]
