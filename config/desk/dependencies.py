"""What the desk cannot do without: PostgreSQL, its tables as this version knows them, and Redis.

Each is asked over a connection of its own and with a deadline, so that what is frozen is noticed and not waited for.
"""

from dataclasses import dataclass
from functools import cache

import psycopg
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext

from config.database.direct import answer_within, direct_address
from config.desk.ingest.connection import answering, connect
from config.desk.ingest.transport import TransportError

# Together they stay below the five seconds within which a proxy or an orchestrator wants its answer.
CONNECT_SECONDS = 2  # libpq knows no less
ANSWER_SECONDS = 1.0
MOST_NAMED = 5
# Half a megabyte that does not fit into the memory given is sorted on disk, and leaves nothing there.
LITTLE_MEMORY = "-c work_mem=64kB"
SORT_ON_DISK = "SELECT count(*) FROM (SELECT FROM generate_series(1, 5000) AS n ORDER BY repeat(n::text, 25)) AS sorted"


@dataclass(frozen=True)
class Dependencies:
    """What is missing, each as a sentence's end; None where nothing is. Nothing in them comes from an error's text."""

    database: str | None
    migrations: str | None
    redis: str | None

    @property
    def missing(self) -> list[str]:
        """All that is."""
        return [said for said in (self.database, self.migrations, self.redis) if said]


def look() -> Dependencies:
    """Ask them all, within four seconds."""
    database, migrations = None, None
    try:
        applied = _applied()
    except psycopg.errors.DiskFull:
        database = "the database has no space left on its disk"
    except psycopg.Error:
        database = gettext("the database does not answer")
    else:
        migrations = _said_of([one for one in _last_migrations() if one not in applied])
    return Dependencies(database=database, migrations=migrations, redis=_redis())


def _applied() -> set[tuple[str, str]]:
    """The migrations that the database has, none where it has not even their table; psycopg.errors.DiskFull."""
    address = direct_address(name="leitstand.ready", options=LITTLE_MEMORY, connect_timeout=CONNECT_SECONDS)
    connected = psycopg.connect(**address)
    try:
        answer_within(ANSWER_SECONDS / 2, connected, SORT_ON_DISK)
        rows = answer_within(ANSWER_SECONDS / 2, connected, "SELECT app, name FROM django_migrations")
    except psycopg.ProgrammingError:
        rows = []
    finally:
        connected.close()
    return {((app or b"").decode(), (name or b"").decode()) for app, name in rows}


@cache
def _last_migrations() -> list[tuple[str, str]]:
    """The last migration of each app of this version; it has those before it, too."""
    return sorted(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def _said_of(missing: list[tuple[str, str]]) -> str | None:
    if not missing:
        return None
    named = ", ".join(f"{app}.{name}" for app, name in missing[:MOST_NAMED])
    if len(missing) > MOST_NAMED:
        named = gettext("%(named)s and %(number)s more") % {"named": named, "number": len(missing) - MOST_NAMED}
    return gettext("migrations are not applied (%(named)s)") % {"named": named}


def _redis() -> str | None:
    try:
        with answering(), connect(patience=ANSWER_SECONDS) as client:
            client.ping()
    except TransportError:
        return gettext("Redis does not answer")
    return None
