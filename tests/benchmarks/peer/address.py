"""A PostgreSQL address as SQLAlchemy takes it."""

from urllib.parse import unquote, urlsplit

from sqlalchemy import URL


def sqlalchemy_address(address: str) -> URL:
    """The address for asyncpg, which takes the folder of a socket as a parameter."""
    parts = urlsplit(address)
    # not parts.hostname, which writes a folder in small letters
    host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    return URL.create(
        "postgresql+asyncpg",
        username=unquote(parts.username or ""),
        password=unquote(parts.password) if parts.password else None,
        host=None if host.startswith("/") else host,
        port=None if host.startswith("/") else parts.port,
        database=parts.path.lstrip("/"),
        query={"host": host} if host.startswith("/") else {},
    )
