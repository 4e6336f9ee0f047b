"""The text of keys [C14]."""

import re
from string import ascii_letters

import pytest
from pytest_django import Settings

from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, hint_of, is_well_formed, make_key


@pytest.mark.parametrize("prefix", [API_PREFIX, PARTNER_PREFIX])
def test_a_key_is_its_prefix_a_secret_and_a_checksum(prefix: str) -> None:
    key = make_key(prefix)
    assert re.fullmatch(rf"{prefix}[0-9A-Za-z]{{38}}", key)
    assert is_well_formed(key, prefix=prefix)


def test_no_two_keys_are_alike() -> None:
    assert len({make_key(API_PREFIX) for _ in range(100)}) == 100


def test_a_key_of_one_kind_is_not_well_formed_as_the_other() -> None:
    assert not is_well_formed(make_key(API_PREFIX), prefix=PARTNER_PREFIX)
    assert not is_well_formed(make_key(PARTNER_PREFIX), prefix=API_PREFIX)


@pytest.mark.parametrize("place", [4, 20, 35, 41])
def test_one_mistyped_character_is_noticed(place: int) -> None:
    key = make_key(API_PREFIX)
    other = next(letter for letter in ascii_letters if letter != key[place])
    assert not is_well_formed(key[:place] + other + key[place + 1 :], prefix=API_PREFIX)


@pytest.mark.parametrize(
    "text", ["", "lst_", "x" * 10_000, "lst_" + "é" * 38, "lst_" + "٣" * 38, "lst_\0", "LST_" + "0" * 38]
)
def test_what_is_not_a_key_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text, prefix=API_PREFIX)


def test_a_trailing_line_break_is_not_overlooked() -> None:
    assert not is_well_formed(make_key(API_PREFIX) + "\n", prefix=API_PREFIX)


def test_the_digest_depends_on_the_pepper(settings: Settings) -> None:
    key = make_key(API_PREFIX)
    settings.KEY_PEPPER = "one"
    one = digest_of(key)
    settings.KEY_PEPPER = "other"
    assert digest_of(key) != one
    assert key not in one


def test_a_hint_tells_keys_apart_and_gives_nothing_away() -> None:
    key = make_key(PARTNER_PREFIX)
    assert hint_of(key) == key[:8]
