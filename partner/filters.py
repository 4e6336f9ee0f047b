"""What the kinds of snapshots can be filtered by, and what is left of their documents then [P5]."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from config.api.queries import Query, several
from config.api.values import Instant
from partner import forecast_documents, schedule_documents, signal_documents
from partner.vocabulary import FORECAST, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS, Severity

PLAIN_NAME: Final = r"^[A-Za-z0-9_ -]{1,64}$"
HORIZON: Final = r"^([1-9]|[1-6][0-9]|7[0-2])h$"


def is_plain(name: str) -> bool:
    """Whether a site's name or a kind can be written so."""
    return re.fullmatch(PLAIN_NAME, name, re.ASCII) is not None and not name.endswith("\n")


def _as_written(word: Any) -> Any:
    return word.capitalize() if isinstance(word, str) and word.isascii() else word


WrittenSeverity: Any = Annotated[Severity, BeforeValidator(_as_written)]


class SiteQuery(Query):
    """What every snapshot is asked by."""

    site_id: Annotated[str, Field(pattern=PLAIN_NAME, description="The site's public name, or its id.")]


class SignalsQuery(SiteQuery):
    """Maintenance signals, by severity and first detection."""

    severity: several(WrittenSeverity) | None = Field(  # type: ignore[valid-type]
        default=None, description="Only signals of these severities; small or capital letters."
    )
    since: Annotated[Instant | None, Field(description="Only what was first detected after this instant.")] = None


class ForecastQuery(SiteQuery):
    """The forecast, by how far it looks ahead."""

    horizon: Annotated[
        str, Field(pattern=HORIZON, description="How many hours from now, at most `72h`.", examples=["48h"])
    ] = f"{forecast_documents.DEFAULT_HOURS}h"


class ScheduleQuery(SiteQuery):
    """The maintenance schedule, by recommended day."""

    since: Annotated[Instant | None, Field(description="Only tasks recommended after this instant.")] = None


@dataclass(frozen=True)
class Filter:
    """How documents of a kind are filtered.

    `chosen` makes of a query the keyword arguments of `narrow`, which makes of the stored document what is answered;
    without any it is answered as it is stored. Both are pure: the same bytes and the same query give the same bytes.
    """

    query: type[SiteQuery]
    chosen: Callable[[Any], Mapping[str, Hashable]]
    narrow: Callable[..., dict[str, Any]]


def _of_signals(query: SignalsQuery) -> Mapping[str, Hashable]:
    severities = None if query.severity is None else frozenset(query.severity)
    return _given(severities=severities, since=query.since)


def _of_forecast(query: ForecastQuery) -> Mapping[str, Hashable]:
    return _given(horizon_hours=int(query.horizon[:-1]))


def _of_schedule(query: ScheduleQuery) -> Mapping[str, Hashable]:
    return _given(since=query.since)


def _given(**arguments: Hashable) -> Mapping[str, Hashable]:
    return {name: value for name, value in arguments.items() if value is not None}


# Kinds that are not named here, custom ones among them, have no filters.
FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        MAINTENANCE_SIGNALS: Filter(SignalsQuery, _of_signals, signal_documents.filtered),
        FORECAST: Filter(ForecastQuery, _of_forecast, forecast_documents.filtered),
        MAINTENANCE_SCHEDULE: Filter(ScheduleQuery, _of_schedule, schedule_documents.filtered),
    }
)
