"""Logging in: guessing is locked out, one-time codes are asked for where they were set up [P22]."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories.operators import desk_of, make_operator, make_superuser

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
CODES = "/admin/one-time-codes/"
PASSWORD = "a long password that nobody guesses"
LET_IN, SHOWN_AGAIN, LOCKED_OUT = 302, 200, 429


@pytest.fixture(autouse=True)
def cheap_hashes(settings: Any) -> None:
    """Hashing a password slowly is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def olga() -> User:
    operator = make_operator(name="olga")
    operator.set_password(PASSWORD)
    operator.save()
    return operator


def log_in(client: Client, *, password: str = PASSWORD, code: str = "", name: str = "olga", **meta: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, "code": code}, **meta)


def fail(client: Client, *, times: int, **meta: Any) -> None:
    for _ in range(times):
        log_in(client, password="wrong", **meta)


def code_of(device: TOTPDevice) -> str:
    """What the app shows now; a code that was used is never taken again, so tests that use two are a step ahead."""
    device.refresh_from_db()
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time()
    return str(totp.token()).zfill(device.digits)


@pytest.fixture
def device(olga: User) -> TOTPDevice:
    desk = desk_of(olga)
    desk.post(CODES, {"act": "begin"})
    device = TOTPDevice.objects.get(user=olga)
    desk.post(CODES, {"act": "confirm", "code": code_of(device)})
    device.refresh_from_db()
    assert device.confirmed
    TOTPDevice.objects.update(last_t=-1)  # the code of this half minute may be used again
    return device


def test_a_name_and_its_password_let_in(olga: User, client: Client) -> None:
    assert log_in(client).status_code == LET_IN


def test_five_failures_lock_the_name_out_even_with_the_right_password(olga: User, client: Client) -> None:
    fail(client, times=5)

    locked = log_in(client)

    assert locked.status_code == LOCKED_OUT
    assert locked["Retry-After"] == "900"
    assert "15 minutes" in locked.content.decode()


def test_four_failures_do_not(olga: User, client: Client) -> None:
    fail(client, times=4)

    assert log_in(client).status_code == LET_IN


def test_a_name_is_locked_out_only_where_it_was_guessed(olga: User, client: Client) -> None:
    fail(client, times=5)

    assert log_in(client, REMOTE_ADDR="127.0.0.9").status_code == LET_IN


def test_behind_a_proxy_the_proxys_word_says_where_a_request_comes_from(
    olga: User, client: Client, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    fail(client, times=5, HTTP_X_FORWARDED_FOR="made up, 192.0.2.1")

    assert log_in(client, HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == LOCKED_OUT
    assert log_in(client, HTTP_X_FORWARDED_FOR="192.0.2.2").status_code == LET_IN


def test_an_administrator_unlocks_a_name(olga: User, client: Client) -> None:
    fail(client, times=5)
    desk = desk_of(make_superuser())
    (attempt,) = desk.get("/admin/axes/accessattempt/").context["cl"].queryset

    desk.post("/admin/axes/accessattempt/", {"action": "unlock", "confirmed": "1", "_selected_action": [attempt.pk]})

    assert log_in(client).status_code == LET_IN


@pytest.mark.parametrize(
    ("field", "value"), [("username", "\0"), ("username", "x" * 5000), ("password", "\0"), ("code", "\0" * 50)]
)
def test_nothing_that_is_typed_breaks_the_login(client: Client, field: str, value: str) -> None:
    answer = client.post(f"{LOGIN}?next=%00", {"username": "olga", "password": "wrong", field: value})

    assert answer.status_code < 500


def test_codes_are_on_only_after_a_first_right_one(olga: User) -> None:
    desk = desk_of(olga)
    desk.post(CODES, {"act": "begin"})

    desk.post(CODES, {"act": "confirm", "code": "000000"})

    assert not TOTPDevice.objects.get(user=olga).confirmed


def test_who_has_set_up_codes_needs_one(olga: User, device: TOTPDevice, client: Client) -> None:
    without = log_in(client)
    with_one = log_in(client, code=code_of(device))

    assert (without.status_code, with_one.status_code) == (SHOWN_AGAIN, LET_IN)
    assert "Enter the code" in without.content.decode()


def test_a_wrong_code_lets_nobody_in(olga: User, device: TOTPDevice, client: Client) -> None:
    wrong = "000000" if code_of(device) != "000000" else "000001"

    assert log_in(client, code=wrong).status_code == SHOWN_AGAIN


def test_a_code_says_nothing_to_who_does_not_know_the_password(olga: User, device: TOTPDevice, client: Client) -> None:
    answer = log_in(client, password="wrong", code=code_of(device))

    assert "code" not in answer.context["form"].errors


def test_a_recovery_code_lets_in_once(olga: User, device: TOTPDevice, client: Client) -> None:
    code = StaticToken.objects.filter(device__user=olga).values_list("token", flat=True)[0]

    assert [log_in(Client(), code=code).status_code for _ in range(2)] == [LET_IN, SHOWN_AGAIN]


def test_codes_are_turned_off_with_the_password_only(olga: User, device: TOTPDevice) -> None:
    desk = desk_of(olga)

    desk.post(CODES, {"act": "remove", "password": "wrong"})
    still_on = TOTPDevice.objects.filter(user=olga).exists()
    desk.post(CODES, {"act": "remove", "password": PASSWORD})

    assert still_on
    assert not TOTPDevice.objects.filter(user=olga).exists()


def test_an_administrator_forgets_the_codes_of_who_lost_them(olga: User, device: TOTPDevice, client: Client) -> None:
    desk_of(make_superuser()).post(
        "/admin/otp_totp/totpdevice/", {"action": "forget", "confirmed": "1", "_selected_action": [device.pk]}
    )

    assert log_in(client).status_code == LET_IN


def test_no_page_shows_a_secret_that_is_in_use(olga: User, device: TOTPDevice) -> None:
    pages = [
        desk_of(make_superuser()).get(f"/admin/otp_totp/totpdevice/{device.pk}/change/"),
        desk_of(olga).get(CODES),
    ]

    assert all(device.key not in page.content.decode() for page in pages)
    assert all(page.status_code == SHOWN_AGAIN for page in pages)


def test_the_back_office_says_what_its_pages_may_load(olga: User) -> None:
    policy = desk_of(olga).get("/admin/")["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval';" in f"{policy};"
    assert "frame-ancestors 'none'" in policy
