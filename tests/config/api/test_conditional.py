"""If-None-Match as RFC 9110 has it [P4] [C13]."""

import time

import pytest

from config.api.conditional import none_match_fails


@pytest.mark.parametrize(
    "header",
    ['"a"', 'W/"a"', '"b", "a"', '"b","a"', '  "a"  ', ',, "b" ,, "a",', "*", " * ", '"b,c", "a"'],
)
def test_a_header_that_names_the_tag_says_not_modified(header: str) -> None:
    assert none_match_fails(header, '"a"')


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        '"b"',
        "a",
        '"A"',
        "'a'",
        '"a',
        'a"',
        'w/"a"',
        '"b" "a"',
        '"a" x',
        '*, "a"',
        "**",
        '"a"; "a"',
        "\0",
        "é",
        ",",
    ],
)
def test_other_headers_and_malformed_ones_do_not(header: str | None) -> None:
    assert not none_match_fails(header, '"a"')


def test_a_weak_tag_is_compared_weakly() -> None:
    assert none_match_fails('"a"', 'W/"a"')


@pytest.mark.parametrize("header", [" ," * 50_000 + "x", '"b",' * 30_000 + "x", " " * 100_000, '"' * 100_000])
def test_a_huge_header_takes_no_time(header: str) -> None:
    started = time.monotonic()
    assert not none_match_fails(header, '"a"')
    assert time.monotonic() - started < 0.5
