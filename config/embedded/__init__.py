"""PostgreSQL and Redis out of wheels, for a machine that has neither: where they are and how to reach them.

Used where DATABASE_URL or REDIS_URL is not set. Real servers, on sockets in a folder that only this machine's user
reaches; production names its own servers by those two variables and runs the same code.
"""

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATABASE = "leitstand"
# A socket's path must fit into sockaddr_un: 107 bytes with the longest file name that the servers put there.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


def data_dir() -> Path:
    """The folder that holds what an embedded desk keeps: LEITSTAND_DATA_DIR, else `.data` beside manage.py."""
    return Path(os.environ.get("LEITSTAND_DATA_DIR") or BASE_DIR / ".data").absolute()


def socket_dir(data: Path) -> Path:
    """Where the servers' sockets lie: in the data folder, or under /tmp when their path would be too long there."""
    inside = data / "sockets"
    # a comma in a host is where libpq sees the next host begin
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and "," not in str(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    # not what TMPDIR says: a command beside a running desk must find it whatever its own TMPDIR is
    return Path("/tmp") / f"leitstand-{digest}"  # noqa: S108  made with mode 0700, refused when it is another's


def database_url(data: Path) -> str:
    """The address of the embedded PostgreSQL of a data folder."""
    return f"postgresql://{DATABASE}@{quote(str(socket_dir(data)), safe='')}:5432/{DATABASE}"


def redis_url(data: Path) -> str:
    """The address of the embedded Redis of a data folder, as redis-py writes it."""
    return f"unix://{quote(str(socket_dir(data)))}/redis.sock"


def broker_url(address: str) -> str:
    """A Redis address as Celery writes it."""
    if not address.startswith("unix://"):
        return address
    return f"redis+socket://{address.removeprefix('unix://')}".replace("?db=", "?virtual_host=")
