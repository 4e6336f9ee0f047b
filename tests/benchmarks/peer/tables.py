"""The tables, as SQLAlchemy maps them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import DateTime, FetchedValue, Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables; instants have a zone, numbers six decimals."""

    type_annotation_map = {datetime: DateTime(timezone=True), Decimal: Numeric(18, 6)}


class Asset(Base):
    """What periods are stored for."""

    __tablename__ = "assets_asset"
    id: Mapped[str] = mapped_column(primary_key=True)


class Reservation(Base):
    """A position on a market."""

    __tablename__ = "markets_reservation"
    asset_id: Mapped[str] = mapped_column(primary_key=True)
    start_time: Mapped[datetime] = mapped_column(primary_key=True)
    market: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    end_time: Mapped[datetime]
    delivery_day: Mapped[date] = mapped_column(server_default=FetchedValue())
    power: Mapped[Decimal]
    energy_change: Mapped[Decimal]
    energy_buffer_low: Mapped[Decimal]
    energy_buffer_high: Mapped[Decimal]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Forecast(Base):
    """Expected mean powers."""

    __tablename__ = "markets_forecast"
    asset_id: Mapped[str] = mapped_column(primary_key=True)
    start_time: Mapped[datetime] = mapped_column(primary_key=True)
    end_time: Mapped[datetime]
    delivery_day: Mapped[date] = mapped_column(server_default=FetchedValue())
    generation: Mapped[Decimal]
    consumption: Mapped[Decimal]
    generation_p10: Mapped[Decimal | None]
    generation_p90: Mapped[Decimal | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Limit(Base):
    """One source's limits in a slot."""

    __tablename__ = "markets_limit"
    asset_id: Mapped[str] = mapped_column(primary_key=True)
    start_time: Mapped[datetime] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    end_time: Mapped[datetime]
    delivery_day: Mapped[date] = mapped_column(server_default=FetchedValue())
    power_charge: Mapped[Decimal | None]
    power_discharge: Mapped[Decimal | None]
    energy_low: Mapped[Decimal | None]
    energy_high: Mapped[Decimal | None]
    trading_locked: Mapped[bool | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PartnerKey(Base):
    """A partner's key."""

    __tablename__ = "partner_partnerkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PartnerKeySite(Base):
    """A site that a partner's key opens."""

    __tablename__ = "partner_partnerkeysite"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int]
    site_id: Mapped[str]


class PartnerProfile(Base):
    """A site's public name."""

    __tablename__ = "partner_partnerprofile"
    site_id: Mapped[str] = mapped_column(primary_key=True)
    public_name: Mapped[str]


class Snapshot(Base):
    """A document."""

    __tablename__ = "partner_snapshot"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[str | None]
    etag: Mapped[str | None]
