"""PostgreSQL and Redis out of wheels, for a machine that has neither.

Used where DATABASE_URL or REDIS_URL is not set. Real servers, on sockets in a folder that only this machine's user
reaches; production names its own servers by those two variables and runs the same code.
"""

import hashlib
import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
# A socket's path must fit into sockaddr_un: 107 bytes with the longest file name that the servers put there.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


def data_dir() -> Path:
    """The folder that holds what an embedded desk keeps: LEITSTAND_DATA_DIR, else `.data` beside manage.py."""
    return Path(os.environ.get("LEITSTAND_DATA_DIR") or BASE_DIR / ".data").absolute()


def socket_dir(data: Path) -> Path:
    """Where the servers' sockets lie: in the data folder, or under the system's when that path would be too long."""
    inside = data / "sockets"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"leitstand-{os.getuid()}-{digest}"


def database_url(data: Path) -> str:
    """The address of the embedded PostgreSQL of a data folder."""
    return f"postgresql://leitstand@/leitstand?host={socket_dir(data)}"


def redis_url(data: Path) -> str:
    """The address of the embedded Redis of a data folder, as redis-py writes it."""
    return f"unix://{socket_dir(data)}/redis.sock"
