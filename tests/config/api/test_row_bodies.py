"""Reading rows, line by line: what is no row is named by its line [B3]."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from pydantic import BaseModel

from config.api.bodies import Body
from config.api.row_bodies import LONGEST_ROW, PIECE, SentRows
from config.api.rows import CSV, NDJSON, columns_of, item_of, rows_text
from config.api.values import Amount, JsonFlag
from config.errors import InvalidError

HEADER = b"name,amount,locked\n"


class Item(Body):
    name: str
    amount: Amount | None = None
    locked: JsonFlag | None = None


class Items(BaseModel):
    items: list[Item]


def sent(content: bytes, media: str = NDJSON, *, length: int | None = None) -> SentRows[Item]:
    request: Any = HttpRequest()
    request.content_type = media
    request._stream = BytesIO(content)
    return SentRows(request, length=len(content) if length is None else length, item=Item)


def rows_of(content: bytes, media: str = NDJSON) -> list[tuple[int, Item]]:
    return [row for lines, items in sent(content, media).slices() for row in zip(lines, items, strict=True)]


def faults_of(content: bytes, media: str = NDJSON) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidError) as refused:
        rows_of(content, media)
    return [(fault.loc, fault.type) for fault in refused.value.faults]


def test_lines_come_as_items_with_their_numbers() -> None:
    content = b'{"name":"a","amount":1.50}\r\n{"name":"b","locked":true}\n\n \r\n'
    assert rows_of(content) == [(1, Item(name="a", amount=Decimal("1.5"))), (2, Item(name="b", locked=True))]


def test_the_last_line_needs_no_end() -> None:
    assert rows_of(b'{"name":"a"}\n{"name":"b"}')[-1] == (2, Item(name="b"))
    assert rows_of(HEADER + b"a,,true", CSV) == [(2, Item(name="a", locked=True))]


def test_a_row_of_csv_that_holds_line_breaks_has_the_number_of_its_first_line() -> None:
    rows = rows_of(HEADER + b'"a\r\nb",1,\n"say ""hi""",,false\n', CSV)
    assert rows == [(2, Item(name="a\r\nb", amount=Decimal(1))), (4, Item(name='say "hi"', locked=False))]


@pytest.mark.parametrize("media", [NDJSON, CSV])
def test_lines_across_pieces_stay_whole(media: str) -> None:
    names = [f"{number}-{'x' * (number % 700)}" for number in range(1_000)]
    text = rows_text(media, [{"name": name} for name in names], columns_of(Item))
    assert len(text) > 2 * PIECE
    assert [item.name for _, item in rows_of(text.encode(), media)] == names


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"{", [(1, "json_invalid")]),
        (b"[]", [(1, "model_type")]),
        (b'{"name":"a"} {"name":"b"}', [(1, "json_invalid")]),
        (b'[{"name":"a"},\n{"name":"b"}]', [(1, "json_invalid"), (2, "json_invalid")]),
        (b'{"name":"a"}\n\n{"name":"b"}\n', [(2, "blank_line")]),
        (b'{"name":"a","name":"b"}', [(1, "json_invalid")]),
        (b'{"name":"a","amount":NaN}', [(1, "json_invalid")]),
        (b'\xef\xbb\xbf{"name":"a"}', [(1, "json_invalid")]),
        (b'{"name":"\\u0000"}', [(1, "name", "string_unicode")]),
        (b'{"name":"\\ud800"}', [(1, "name", "string_unicode")]),
        (b'{"name":"a"}\n{"name":1,"more":2}', [(2, "name", "string_type"), (2, "more", "extra_forbidden")]),
        (b'{"name":"' + b"a" * (PIECE + LONGEST_ROW), [(1, "too_long")]),
    ],
)
def test_what_is_no_row_of_ndjson_is_named_by_its_line(content: bytes, faults: list[tuple[Any, ...]]) -> None:
    """[C2] Each line is as strict as a JSON body is."""
    assert faults_of(content) == [(("body", *place), kind) for *place, kind in faults]


def test_text_that_is_not_utf_8_is_named_by_its_line() -> None:
    ((place, kind),) = faults_of(b'{"name":"a"}\n{"name":"\xff"}')
    assert (place[:2], kind) == (("body", 2), "json_invalid")


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", [(1, "name", "missing")]),
        (b"\n", [(1, "name", "missing")]),
        (b"amount\n1\n", [(1, "name", "missing")]),
        (b"name,colour\na,red\n", [(1, "colour", "extra_forbidden")]),
        (b"name,name\na,b\n", [(1, "name", "repeated")]),
        (b"name,\x00\na,b\n", [(1, "string_unicode")]),
        (HEADER + b"a,1\n", [(2, "cells")]),
        (HEADER + b"a,1,true,4\n", [(2, "cells")]),
        (HEADER + b"a,,\n\nb,,\n", [(3, "blank_line")]),
        (HEADER + b",1,\n", [(2, "name", "missing")]),
        (HEADER + b"a,1,True\n", [(2, "locked", "bool_type")]),
        (HEADER + b'a,"1,true\nb,2,true\n', [(2, "csv_invalid")]),
        (HEADER + b'a,"1"2,true\n', [(2, "csv_invalid")]),
        (HEADER + b"a,1\r2,true\n", [(2, "csv_invalid")]),
        (HEADER + b"a,,\n\xff,,\n", [(3, "csv_invalid")]),
        (HEADER + b"a\x00,,\n", [(2, "string_unicode")]),
        (HEADER + b'"' + b"a" * (PIECE + LONGEST_ROW), [(2, "too_long")]),
        (HEADER + b'"' + b"a\n" * LONGEST_ROW, [(2, "too_long")]),
        (b"a," * LONGEST_ROW, [(1, "too_long")]),
    ],
)
def test_what_is_no_row_of_csv_is_named_by_its_line(content: bytes, faults: list[tuple[Any, ...]]) -> None:
    """An unknown, missing or repeated column is named; an empty cell is a field left out."""
    assert faults_of(content, CSV) == [(("body", *place), kind) for *place, kind in faults]


@pytest.mark.parametrize("media", [NDJSON, CSV])
def test_faults_are_found_up_to_a_hundred_in_the_order_of_lines(media: str) -> None:
    """[C3]"""
    bad = b"x\n" if media == NDJSON else b"a,b\n"
    content = (HEADER if media == CSV else b"") + bad * 150
    lines = [place[1] for place, _ in faults_of(content, media)]
    assert len(lines) == 100
    assert lines == sorted(lines)


def test_what_comes_after_a_hundred_faults_is_not_read() -> None:
    rows = sent(b"x\n" * 1_000_000)
    with pytest.raises(InvalidError):
        list(rows.slices())
    assert rows.request.read(1) == b"x"


@pytest.mark.parametrize("media", [NDJSON, CSV])
def test_a_client_that_goes_away_has_sent_nothing(media: str) -> None:
    rows = sent(HEADER + b"a,1,\n", media, length=1_000)
    with pytest.raises(BadRequest):
        list(rows.slices())


def test_after_a_fault_no_items_come() -> None:
    """What is found is not stored, so it need not be staged."""
    rows = sent(b'{"name":1}\n' + b'{"name":"a"}\n' * 500)
    with pytest.raises(InvalidError):
        next(rows.slices())
    assert rows.count == 501


def test_the_items_of_a_batch_are_found_by_their_field() -> None:
    assert item_of(Items) == ("items", Item)
    with pytest.raises(LookupError):
        item_of(Item)
