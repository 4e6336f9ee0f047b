"""Real servers out of wheels: where they are, how they are reached, and how they come back after a kill."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg
import pytest
from kombu.utils.url import url_to_parts
from redis import ConnectionPool, Redis

from config import embedded
from config.embedded import postgres, redis
from config.embedded.account import open_way, own_folder, server_account
from config.processes import Account, Child, ProcessError, wait_for

SOMEBODY = Account(name="somebody", uid=os.geteuid() + 12345, gid=os.getegid() + 12345)


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose name is as awkward as a name can be."""
    folder = tmp_path_factory.mktemp("d") / "50% of ünits+more"
    yield folder
    shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)


@pytest.fixture
def server(data: Path) -> Iterator[Child]:
    """A running PostgreSQL."""
    account = server_account(data)
    postgres.make_cluster(data, account=account, throwaway=True)
    child = Child(postgres.program(data, account=account, throwaway=True))
    wait_for(child, until=lambda: postgres.answers(data))
    yield child
    child.stop()


def test_the_data_folder_is_the_one_that_is_named_or_lies_beside_manage_py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEITSTAND_DATA_DIR", "some where")
    assert embedded.data_dir() == Path.cwd() / "some where"
    monkeypatch.delenv("LEITSTAND_DATA_DIR")
    assert embedded.data_dir() == embedded.BASE_DIR / ".data"
    assert (embedded.BASE_DIR / "manage.py").exists()


@pytest.mark.parametrize("name", ["plain", "with space", "50%", "a+b&c?d#e", "ünits", '"quoted"'])
def test_every_client_finds_the_sockets_whatever_the_folder_is_called(name: str) -> None:
    data = Path("/srv") / name
    sockets = str(data / "sockets")
    broker = embedded.broker_url(embedded.redis_url(data))

    assert dj_database_url.parse(embedded.database_url(data))["HOST"] == sockets
    assert psycopg.conninfo.conninfo_to_dict(embedded.database_url(data))["host"] == sockets
    assert ConnectionPool.from_url(embedded.redis_url(data)).connection_kwargs["path"] == f"{sockets}/redis.sock"
    assert url_to_parts(broker.removeprefix("redis+")).path == f"{sockets}/redis.sock".lstrip("/")


@pytest.mark.parametrize("name", ["x" * 100, "one,two"])
def test_sockets_lie_under_tmp_where_their_path_would_not_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path("/srv") / name
    before = embedded.socket_dir(data)
    monkeypatch.setenv("TMPDIR", "/elsewhere")

    assert before.parent == Path("/tmp")  # noqa: S108
    assert embedded.socket_dir(data) == before
    assert embedded.socket_dir(data / "other") != before


def test_celery_is_told_a_redis_address_in_its_own_words() -> None:
    assert embedded.broker_url("unix:///s/redis.sock?db=3") == "redis+socket:///s/redis.sock?virtual_host=3"
    assert embedded.broker_url("rediss://:secret@cache:6380/1") == "rediss://:secret@cache:6380/1"


def test_postgresql_answers_on_its_socket_alone(server: Child, data: Path) -> None:
    with psycopg.connect(embedded.database_url(data)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert stat.S_IMODE(embedded.socket_dir(data).stat().st_mode) == 0o700


def test_text_sorts_by_code_point_and_folds_case_in_all_of_unicode(server: Child, data: Path) -> None:
    with psycopg.connect(embedded.database_url(data)) as connection:
        assert connection.execute("SELECT 'Z' < 'a', lower('ÄÖ')").fetchone() == (True, "äö")


def test_the_servers_of_root_run_as_somebody_else(data: Path) -> None:
    account = server_account(data)

    assert (account is None) == (os.geteuid() != 0)
    assert account is None or account.uid != 0


def test_a_cluster_that_was_left_half_made_is_made_again(data: Path) -> None:
    unfinished = data / "postgres.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")

    postgres.make_cluster(data, account=server_account(data), throwaway=True)

    assert (data / "postgres" / "global").is_dir()
    assert not unfinished.exists()


def test_a_server_that_outlived_its_desk_is_stopped(server: Child, data: Path) -> None:
    postgres.clear_leftover(data)

    assert server.process.wait(5) == 0
    assert not postgres.answers(data)


def test_a_lock_whose_number_is_another_process_s_now_is_removed(server: Child, data: Path) -> None:
    """After the machine was restarted, PostgreSQL would take any process of that number for itself."""
    server.kill()
    lock = data / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")

    postgres.clear_leftover(data)
    again = Child(postgres.program(data, account=server_account(data), throwaway=True))
    wait_for(again, until=lambda: postgres.answers(data))
    assert again.stop()


def test_redis_answers_on_its_socket_and_keeps_its_data(data: Path) -> None:
    account = server_account(data)
    redis.make_folder(data, account=account)
    program = redis.program(data, account=account)
    for expected in (None, b"kept"):
        child = Child(program)
        wait_for(child, until=lambda: redis.answers(data))
        with Redis.from_url(embedded.redis_url(data)) as client:
            assert client.get("key") == expected
            client.set("key", "kept")
        redis.clear_leftover(data)
        assert child.process.wait(5) == 0


def test_redis_keeps_all_that_it_has_answered_through_a_kill(data: Path) -> None:
    account = server_account(data)
    redis.make_folder(data, account=account)
    child = Child(redis.program(data, account=account))
    try:
        wait_for(child, until=lambda: redis.answers(data))
        with Redis.from_url(embedded.redis_url(data)) as client:
            for number in range(500):
                client.xadd("statuses", {"payload": number})
            redis.sync(data)
            client.xadd("statuses", {"payload": "after it was synced"})
        child.kill()
        child = Child(redis.program(data, account=account))
        wait_for(child, until=lambda: redis.answers(data))
        with Redis.from_url(embedded.redis_url(data)) as client:
            assert client.xlen("statuses") == 501
    finally:
        child.kill()


def test_without_any_redis_server_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ProcessError, match=r"apt-get install redis-server.*or set REDIS_URL"):
        redis.binary()


def test_a_redis_server_on_path_serves_where_there_is_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    server = tmp_path / "valkey-server"
    server.touch(mode=0o755)

    assert redis.binary() == server


def test_only_folders_that_are_closed_are_opened_and_only_for_passing_through(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "open").mkdir(mode=0o755)
    closed.parent.chmod(0o711)

    opened = open_way(to=[closed / "open" / "file"], account=SOMEBODY)

    assert opened[-1] == closed
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert stat.S_IMODE((closed / "open").stat().st_mode) == 0o755
    assert open_way(to=[closed / "open" / "file"], account=SOMEBODY) == []
    assert open_way(to=[Path("/root/file")], account=None) == []


def test_a_folder_that_somebody_else_laid_in_wait_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sockets").symlink_to(tmp_path)

    with pytest.raises(ProcessError, match="belongs to another"):
        own_folder(tmp_path / "sockets", account=None)
