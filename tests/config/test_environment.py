"""Variables and the files that may hold them; logs as lines and as JSON."""

import json
import logging
import logging.config
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.environment import given, listed, secret_key


def test_a_variable_is_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_NAME", "north")

    assert given("DESK_NAME", "south") == "north"


def test_a_file_holds_what_its_variable_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.delenv("DESK_NAME", raising=False)
    monkeypatch.setenv("DESK_NAME_FILE", str(tmp_path / "secret"))

    assert given("DESK_NAME") == "from a file"


def test_a_variable_wins_over_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK_NAME_FILE", str(tmp_path / "there is none"))
    monkeypatch.setenv("DESK_NAME", "north")

    assert given("DESK_NAME") == "north"


def test_a_file_that_is_not_there_is_no_silent_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK_NAME_FILE", str(tmp_path / "there is none"))

    with pytest.raises(FileNotFoundError):
        given("DESK_NAME", "default")


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_NAME", "")

    assert (given("DESK_NAME", "default"), listed("DESK_NAME", "a,b")) == ("default", ["a", "b"])


def test_a_secret_key_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    first, second = secret_key(tmp_path), secret_key(tmp_path)

    assert first == second
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_logs_are_json_where_they_are_collected() -> None:
    """[C15]: with the request's id."""
    said_so: Any = settings.LOGGING
    made: Any = logging.config.DictConfigurator(said_so)
    formatter = made.configure_formatter(said_so["formatters"]["json"])
    record = logging.LogRecord("leitstand", logging.INFO, __file__, 1, "stored %s", (5,), None)
    record.request_id = "request-1"

    said = json.loads(formatter.format(record))

    assert {key: said[key] for key in ("level", "logger", "request_id", "message")} == {
        "level": "INFO",
        "logger": "leitstand",
        "request_id": "request-1",
        "message": "stored 5",
    }
