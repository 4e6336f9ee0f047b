"""The addresses of the Partner API: what each is asked by, and which kind of snapshot it answers [P1] [P5]."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import parse_qsl

from pydantic import Field, create_model

from config.api.queries import parse_query
from config.api.values import Instant
from partner.filters import FILTERS, PLAIN_NAME, ForecastQuery, ScheduleQuery, SignalsQuery, SiteQuery
from partner.vocabulary import FORECAST, KPI_ROLLUP, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS

LONGEST_KEPT: Final = 512  # characters of a query that is remembered; clients that poll ask in the same few words


class SnapshotQuery(SiteQuery):
    """Any kind, and any of its versions of the last 90 days."""

    kind: Annotated[str, Field(pattern=PLAIN_NAME, description="The kind of snapshot, such as `kpi-rollup`.")]
    at: Annotated[Instant | None, Field(description="The version that was current at this instant.")] = None


class AnySnapshotQuery(SnapshotQuery, SignalsQuery, ForecastQuery):
    """What `/snapshot` takes in all, for its documentation: a kind takes the filters of its own endpoint alone."""


@dataclass(frozen=True)
class Address:
    """One address: what it is asked by, and the kind that it answers; None: the query names one."""

    query: type[SiteQuery]
    kind: str | None = None

    def parsed(self, text: str) -> SiteQuery:
        """The query string, read as this address takes it; InvalidError with every fault."""
        return _remembered(self, text) if len(text) <= LONGEST_KEPT else self.read(text)

    def read(self, text: str) -> SiteQuery:
        """As `parsed`, and not remembered."""
        return parse_query(text, self.query if self.kind else _QUERY_OF_KIND.get(_kind_in(text), SnapshotQuery))

    def kind_of(self, query: SiteQuery) -> str:
        """The kind that a query asks for."""
        return query.kind if isinstance(query, SnapshotQuery) else self.kind or ""


@lru_cache(maxsize=4096)
def _remembered(address: Address, text: str) -> SiteQuery:
    return address.read(text)


def _kind_in(text: str) -> str:
    """The kind that a query string names, well-formed or not; whoever parses it judges."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return ""
    return next((value for name, value in pairs if name == "kind"), "")


# `/snapshot` takes the filters of the kind's own endpoint [P1].
_QUERY_OF_KIND: Mapping[str, type[SnapshotQuery]] = {
    kind: create_model(f"Snapshot{one.query.__name__}", __base__=(SnapshotQuery, one.query))  # type: ignore[arg-type]
    for kind, one in FILTERS.items()
}
SNAPSHOT: Final = Address(SnapshotQuery)
ADDRESSES: Mapping[str, Address] = MappingProxyType(
    {
        "kpi-rollup": Address(SiteQuery, kind=KPI_ROLLUP),
        "maintenance-signals": Address(SignalsQuery, kind=MAINTENANCE_SIGNALS),
        "forecast-snapshot": Address(ForecastQuery, kind=FORECAST),
        "maintenance-schedule": Address(ScheduleQuery, kind=MAINTENANCE_SCHEDULE),
        "snapshot": SNAPSHOT,
    }
)
