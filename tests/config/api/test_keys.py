"""Ids in addresses: what none can look like still reaches the endpoint, harmless [C3]."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.api.keys import KeyConverter
from tests.clients import Api, detail_of


@pytest.mark.parametrize("text", ["DE_50HZ_WU_1", "a", "-", "_", "x" * 100])
def test_an_id_stays_as_it_is(text: str) -> None:
    assert KeyConverter().to_python(text) == KeyConverter().to_url(text) == text


@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=300))
def test_anything_else_becomes_text_that_is_safe_to_ask_for_and_is_no_id(text: str) -> None:
    found = KeyConverter().to_python(text)
    assert re.fullmatch(r"[A-Za-z0-9_.~?-]{1,101}", found, re.ASCII)
    assert found == text or not re.fullmatch(r"[A-Za-z0-9_-]+", found)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "named"), [("DE%00", "DE??."), ("%C3%BC", "??."), ("a%20b", "a?b?."), ("x" * 101, "x" * 100 + ".")]
)
def test_who_has_a_key_learns_that_there_is_nothing_of_this_name(path: str, named: str) -> None:
    assert Api().get(f"/assets/{path}").status_code == 401
    assert detail_of(Api.with_key().get(f"/assets/{path}"), 404) == f"Unknown asset: {named}"
