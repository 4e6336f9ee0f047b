"""Accept: what a client likes best of what there is (RFC 9110, 12.5.1)."""

import pytest

from config.api.negotiation import accepted_ranges, quality_of
from tests.clients import Api, detail_of


@pytest.mark.parametrize(
    ("accept", "quality"),
    [
        ("", 1),
        ("*/*", 1),
        ("application/json", 1),
        ("APPLICATION/JSON", 1),
        ("application/json; charset=utf-8", 1),
        ("application/*", 1),
        ("text/html, application/json;q=0.1", 0.1),
        ("text/html,*/*;q=0.8", 0.8),
        ("application/json;q=0.5, */*;q=0.9", 0.5),
        ("application/json ; q=0.25", 0.25),
        (" , application/json,", 1),
        ("text/html", 0),
        ("application/json;q=0", 0),
        ("*/*, application/json;q=0", 0),
        ("*/*;q=0", 0),
        ("application/json;q=0.000", 0),
        ("application/vnd.api+json", 0),
        ("application", 0),
        ("json", 0),
        ("*/json", 0),
        ("application/json;q=2", 0),
        ("application/json;q=-1", 0),
        ("application/json;q=", 0),
        ("application/json;q=\u0661", 0),
    ],
)
def test_the_most_precise_range_says_how_much_json_is_liked(accept: str, quality: float) -> None:
    assert quality_of("application/json", list(accepted_ranges(accept))) == quality


def test_a_header_of_thousands_of_ranges_is_cut() -> None:
    assert len(list(accepted_ranges("a/b," * 10_000))) <= 64


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "text/csv, text/*;q=0.5", "nonsense"])
def test_a_client_that_takes_no_json_is_406(accept: str) -> None:
    """[C3]: said in JSON all the same."""
    assert "application/json" in detail_of(Api.with_key().get("/assets", Accept=accept), 406)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "accept", ["*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json;charset=utf-8"]
)
def test_a_client_that_takes_json_among_others_gets_it(accept: str) -> None:
    assert Api.with_key().get("/assets", Accept=accept).status_code == 200
