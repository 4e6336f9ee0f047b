"""Batches in plain form: what is read natively is what a strict reading takes, for the same values [C2]."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from config.api.bodies import Body, batch_of
from config.api.plain_batches import PlainBatch, PlainForm
from config.api.values import Amount, Instant, NonNegative, NonPositive, parse_amount
from config.errors import InvalidError
from markets.api.period_bodies import PutForecasts, PutPrices, PutReservations
from tests.factories.periods import forecast, reservation


class Item(Body):
    """One of each kind of value that has a plain form."""

    time: Instant
    power: Amount
    more: NonNegative | None = None
    less: NonPositive | None = None


class Batch(Body):
    """A list of them."""

    items: batch_of(Item, most=5)  # type: ignore[valid-type]


FORM = PlainForm(Batch)
GOOD = {"time": '"2026-05-01T00:15:00Z"', "power": "1"}


def document(*items: dict[str, str]) -> bytes:
    """A batch of items whose values are written in JSON already."""
    written = (",".join(f'"{name}": {value}' for name, value in item.items()) for item in items)
    return ('{"items": [' + ",".join(f"{{{item}}}" for item in written) + "]}").encode()


def read(**fields: str) -> PlainBatch[Batch] | None:
    return FORM.read(document(GOOD | fields))


def test_a_batch_as_the_document_shows_it_is_plain() -> None:
    """With everything that common clients write: JavaScript's milliseconds, Python's +00:00, local offsets."""
    for body, name, item in ((PutReservations, "reservations", reservation), (PutForecasts, "forecasts", forecast)):
        for start in ("2026-05-01T06:00:00Z", "2026-05-01T06:00:00.000Z", "2026-05-01T08:00:00+02:00"):
            content = json.dumps({name: [item("DE_50HZ_WU_1", start_time=start)]}, indent=2).encode()
            batch = PlainForm(body).read(content)
            assert batch is not None
            assert batch.strictly() == body.model_validate(json.loads(content))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("90", "90"),
        ("-2.5", "-2.5"),
        ('"0.970000"', "0.97"),
        ("1E2", "100"),
        ("-0.0", "0"),
        ('"007"', "7"),
    ],
)
def test_numbers_are_read_as_they_were_sent(sent: str, stored: str) -> None:
    batch = read(power=sent)
    assert batch is not None
    assert parse_amount(batch.rows[0]["power"]) == parse_amount(stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("power", "0.1000000000000000055511151231257827"),
        ("power", "1.00000000000000001"),
        ("power", "1e-400"),
        ("power", "1E-400"),
        ("power", "1e400"),
        ("power", "1e-6"),
        ("power", "0.1234567"),
        ("power", "1000000000000"),
        ("power", "true"),
        ("power", "null"),
        ("power", "NaN"),
        ("power", "[1]"),
        ("power", '"\\u0031"'),
        ("power", '"1e3"'),
        ("power", '"\u0665"'),
        ("power", '" 1"'),
        ("more", "-1"),
        ("less", '"1"'),
        ("strange", "1"),
        ("time", "1777594500"),
        ("time", '"1777594500"'),
        ("time", '"2026-05-01T00:15:00"'),
        ("time", '"2026-05-01"'),
        ("time", '"2026-05-01 00:15:00Z"'),
        ("time", '"2026-05-01T24:00:00Z"'),
        ("time", '"2026-05-01T00:15:60Z"'),
        ("time", '"0001-01-01T00:00:00+14:00"'),
        ("time", '"2026-05-01T00:15:00Z\n"'),
        ("power", '1, "power": 1'),
        ("power", '1, "power" : 2'),
        ("power", '1, "p\\u006fwer": 2'),
    ],
)
def test_what_is_not_plain_is_left_to_the_strict_reading(field: str, value: str) -> None:
    """Right or wrong: what binary numbers, the last of repeated keys or PostgreSQL might take for something else."""
    assert read(**{field: value}) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xef\xbb\xbf" + document(GOOD),
        document(GOOD) + b"{}",
        document(),
        document(*[GOOD] * 6),
        document({"power": "1"}),
        document(GOOD).replace(b"{", b'{"more": 1, ', 1),
        document(GOOD | {"time": '"\xff"'}),
        b'{"items": ' * 10_000,
        document(GOOD).replace(b'"items": [', b'"items": [], "items": ['),
    ],
)
def test_nor_is_a_document_of_another_shape(content: bytes) -> None:
    assert FORM.read(content) is None


def test_a_plain_batch_of_the_most_items_is_plain() -> None:
    """The bound is the body's own [B1]."""
    batch = FORM.read(document(*[GOOD] * 5))
    assert batch is not None
    assert len(batch.rows) == 5


def test_a_body_that_has_no_plain_form_says_so_when_it_is_declared() -> None:
    with pytest.raises(TypeError, match="no plain form"):
        PlainForm(PutPrices)


numbers = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.floats().map(json.dumps),
)
instants = st.one_of(
    st.datetimes(min_value=datetime(999, 1, 1)).map(lambda one: f'"{one.isoformat()}Z"'),  # noqa: DTZ001
    st.from_regex(
        r'"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5]0(:00(\.0{1,7})?)?(Z|z|[+-][01][0-9]:[0-9]0)?"',
        fullmatch=True,
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    time=instants,
    power=st.one_of(numbers, numbers.map(lambda one: f'"{one}"')),
    name=st.sampled_from(["more", "less", "power", "p\\u006fwer"]),
    other=st.one_of(numbers, st.just("null")),
    blanks=st.sampled_from(["", " ", "\n\t"]),
)
def test_what_is_plain_is_taken_strictly_for_the_same_values(
    time: str, power: str, name: str, other: str, blanks: str
) -> None:
    """[C2] Days that do not exist aside: they are refused by whoever stores them."""
    content = f'{{"items":{blanks}[{{"time":{time},"power"{blanks}:{power},{blanks}"{name}":{other}}}]}}'.encode()
    batch = FORM.read(content)
    if batch is None:
        return
    (row,) = batch.rows
    try:
        datetime.fromisoformat(row["time"])
    except ValueError:
        with pytest.raises(InvalidError, match="an instant that exists"):
            batch.strictly()
        return
    (item,) = batch.strictly().items
    assert datetime.fromisoformat(row["time"]) == item.time
    assert parse_amount(row["power"]) == item.power
    for field in ("more", "less"):
        said: Any = row.get(field)
        assert (None if said is None else parse_amount(said)) == getattr(item, field)
    assert from_json(content)["items"][0].keys() == row.keys()
