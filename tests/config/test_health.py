"""Whether the desk is alive [C1]."""

import pytest
from django.test import Client


def test_health_answers_without_a_key_and_without_a_database() -> None:
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health/", "/Health", "/api/v1/health"])
def test_it_has_one_address(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_it_takes_no_parameters() -> None:
    answer = Client().get("/health?verbose=1")
    assert answer.status_code == 422


def test_head_has_no_body() -> None:
    answer = Client().head("/health")
    assert (answer.status_code, answer.content) == (200, b"")
