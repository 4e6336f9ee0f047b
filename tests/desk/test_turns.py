"""So many requests at once, each with a connection that nobody else has meanwhile."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from config.desk.turns import Turns

Environ = dict[str, Any]


def asked(path: str = "/api/v1/assets") -> Environ:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path}


class Started:
    """What a WSGI server is told before the body."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: dict[str, str] = {}

    def __call__(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Turns]]:
    """Turns that feel no pulse."""
    made: list[Turns] = []

    def make(behind: Callable[[Environ, Any], Iterable[bytes]], **options: Any) -> Turns:
        one = Turns(behind, **options)
        monkeypatch.setattr(one.pulse, "start", lambda: None)
        made.append(one)
        return one

    yield make
    for one in made:
        for held in one._all:
            for wrapper in held.values():
                wrapper.close()


def in_a_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_requests_of_many_threads_share_the_connections_of_their_turns(turns: Callable[..., Turns]) -> None:
    backends: list[int] = []

    def behind(_environ: Environ, _start: Any) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])
        return HttpResponse(b"done")

    one = turns(behind, turns=1)
    for _ in range(3):
        in_a_thread(lambda: list(one(asked(), Started())))
    assert len(backends) == 3
    assert len(set(backends)) == 1


@pytest.mark.django_db
def test_a_thread_has_its_own_connection_again_after_its_turn(turns: Callable[..., Turns]) -> None:
    def within() -> None:
        own = connections["default"]
        seen: list[object] = []

        def behind(*_: object) -> HttpResponse:
            seen.append(connections["default"])
            return HttpResponse()

        list(turns(behind)(asked(), Started()))
        assert seen[0] is not own
        assert connections["default"] is own

    in_a_thread(within)


@pytest.mark.django_db
def test_who_gets_no_turn_is_told_when_to_come_back(turns: Callable[..., Turns]) -> None:
    one = turns(lambda *_: StreamingHttpResponse([b"a", b"b"]), turns=1, longest_wait=0.1)
    first = one(asked(), Started())
    told = Started()
    body = b"".join(one(asked(), told))
    assert told.status == "503 Service Unavailable"
    assert told.headers["Retry-After"]
    assert b"busy" in body
    first.close()  # type: ignore[attr-defined]
    second = one(asked(), Started())
    assert b"".join(second) == b"ab"
    second.close()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_what_is_written_already_needs_no_turn_to_be_sent(turns: Callable[..., Turns]) -> None:
    answers = [HttpResponse(b"whole"), FileResponse([b"file"]), HttpResponse(b"last")]
    answers[1].file_to_stream = object()  # type: ignore[attr-defined]
    one = turns(lambda *_: answers.pop(0), turns=1, longest_wait=0.1)
    for _ in range(3):
        told = Started()
        one(asked(), told)  # whose answer nobody has read or closed yet
        assert not told.status


@pytest.mark.django_db
def test_a_failure_gives_the_turn_back(turns: Callable[..., Turns]) -> None:
    def behind(*_: object) -> HttpResponse:
        raise LookupError

    one = turns(behind, turns=1, longest_wait=0.1)
    for _ in range(3):
        with pytest.raises(LookupError):
            one(asked(), Started())


@pytest.mark.parametrize(
    ("path", "status"), [("/partner/kpi-rollup", "503"), ("/api/v1/assets", "503"), ("/health", "")]
)
@pytest.mark.django_db
def test_while_the_database_has_stopped_nobody_waits_for_it(
    turns: Callable[..., Turns], path: str, status: str
) -> None:
    one = turns(lambda *_: HttpResponse(b"asked"))
    one.pulse.has_stopped = True
    told = Started()
    list(one(asked(path), told))
    assert told.status[:3] == status
