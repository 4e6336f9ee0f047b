"""The peer's endpoints."""

import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from tests.benchmarks.peer.address import sqlalchemy_address
from tests.benchmarks.peer.bodies import LimitPage, PatchLimits, PutForecasts, PutReservations, ReservationPage
from tests.benchmarks.peer.limits import groups_of, limit_rows, page_of_limits
from tests.benchmarks.peer.tables import (
    Asset,
    Forecast,
    PartnerKey,
    PartnerKeySite,
    PartnerProfile,
    Reservation,
    Snapshot,
)
from tests.benchmarks.peer.writing import upsert, upsert_limits

PEPPER = os.environ["SECRET_KEY"].encode()
engine = create_async_engine(sqlalchemy_address(os.environ["DATABASE_URL"]), pool_size=10)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session for a request."""
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Ids = Annotated[list[str], Query(min_length=1, max_length=500)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0)]
From = Annotated[datetime, Query(alias="from")]


@app.put("/api/v1/reservations", status_code=204)
async def put_reservations(body: PutReservations, session: Session) -> None:
    """Store positions."""
    await _demand_known({item.asset_id for item in body.reservations}, session)
    await upsert(session, Reservation, [item.model_dump() for item in body.reservations], now=datetime.now(UTC))
    await session.commit()


@app.put("/api/v1/forecasts", status_code=204)
async def put_forecasts(body: PutForecasts, session: Session) -> None:
    """Store forecasts."""
    await _demand_known({item.asset_id for item in body.forecasts}, session)
    await upsert(session, Forecast, [item.model_dump() for item in body.forecasts], now=datetime.now(UTC))
    await session.commit()


@app.patch("/api/v1/limits", status_code=204)
async def patch_limits(body: PatchLimits, session: Session) -> None:
    """Expand limits to slots and store them."""
    await _demand_known({item.asset_id for item in body.limits}, session)
    await upsert_limits(session, limit_rows(body.limits), now=datetime.now(UTC))
    await session.commit()


@app.get("/api/v1/reservations")
async def list_reservations(
    session: Session, asset_ids: Ids, start: From, to: datetime, limit: Limit = 50, offset: Offset = 0
) -> ReservationPage:
    """A page of positions."""
    query = (
        select(Reservation)
        .where(Reservation.asset_id.in_(asset_ids), Reservation.start_time >= start, Reservation.start_time < to)
        .order_by(Reservation.asset_id, Reservation.start_time, Reservation.market, Reservation.source)
        .limit(limit)
        .offset(offset)
    )
    found = (await session.scalars(query)).all()
    return ReservationPage.model_validate({"limit": limit, "offset": offset, "reservations": found})


@app.get("/api/v1/limits")
async def list_limits(
    session: Session, asset_ids: Ids, start: From, to: datetime, limit: Limit = 50, offset: Offset = 0
) -> LimitPage:
    """A page of slots."""
    query = page_of_limits(asset_ids, start=start, to=to, limit=limit, offset=offset)
    found = (await session.scalars(query)).all()
    return LimitPage(limit=limit, offset=offset, limits=groups_of(found))


@app.get("/partner/snapshot")
async def snapshot(
    session: Session,
    site_id: str,
    kind: str,
    x_api_key: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A document, to whoever has a key that opens the site."""
    digest = hmac.new(PEPPER, (x_api_key or "").encode(), hashlib.sha256).hexdigest()
    key = await session.scalar(select(PartnerKey).where(PartnerKey.digest == digest))
    if key is None or key.revoked_at or (key.expires_at and key.expires_at <= datetime.now(UTC)):
        raise HTTPException(401, "A valid partner key is required.")
    found = await session.scalar(
        select(Snapshot)
        .join(PartnerProfile, PartnerProfile.site_id == Snapshot.site_id)
        .join(PartnerKeySite, PartnerKeySite.site_id == Snapshot.site_id)
        .where(PartnerProfile.public_name == site_id, Snapshot.kind == kind, PartnerKeySite.key_id == key.id)
    )
    if found is None:
        raise HTTPException(403, "This key does not open this site.")
    headers = {"ETag": found.etag or "", "Cache-Control": "private, no-cache"}
    if if_none_match == found.etag:
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type="application/json", headers=headers)


async def _demand_known(asset_ids: Collection[str], session: AsyncSession) -> None:
    known = set(await session.scalars(select(Asset.id).where(Asset.id.in_(asset_ids))))
    if unknown := set(asset_ids) - known:
        raise HTTPException(404, f"Unknown assets: {', '.join(sorted(unknown))}")
