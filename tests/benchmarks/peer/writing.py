"""How the peer stores rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tests.benchmarks.peer.tables import Base, Limit

Rows = Sequence[dict[str, Any]]
MOST_PARAMETERS = 32_767  # of one statement
MERGED = ("power_charge", "power_discharge", "energy_low", "energy_high", "trading_locked")


async def upsert(session: AsyncSession, table: type[Base], rows: Rows, *, now: datetime) -> None:
    """Insert rows, or overwrite those of the same key."""
    stamped = [row | {"created_at": now, "updated_at": now} for row in rows]
    statement = insert(table).values(stamped)
    key = [column.name for column in table.__table__.primary_key]
    changed = {name: statement.excluded[name] for name in stamped[0] if name not in (*key, "created_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def upsert_limits(session: AsyncSession, rows: Rows, *, now: datetime) -> None:
    """Likewise, in as few statements as the parameters fit into; null keeps what is stored."""
    stamped = [row | {"created_at": now, "updated_at": now} for row in rows]
    size = MOST_PARAMETERS // len(stamped[0])
    for begin in range(0, len(stamped), size):
        statement = insert(Limit).values(stamped[begin : begin + size])
        merged = {name: func.coalesce(statement.excluded[name], getattr(Limit, name)) for name in MERGED}
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["asset_id", "start_time", "source"],
                set_=merged | {"updated_at": statement.excluded.updated_at},
            )
        )
