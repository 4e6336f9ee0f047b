"""Reading any number of limits as rows, one for each slot [L4] [B3]."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from config.api.pagination import Page
from config.database.exports import Form, copy_out
from config.database.statements import load_sql
from markets.queries.limits import GROUPS, ROWS, params_of
from markets.vocabulary import LimitSource

AS_JSON = GROUPS + load_sql("markets", "export_limit_groups")
AS_COLUMNS = ROWS + load_sql("markets", "export_limit_columns")
# How a source's values in a group of rows become one.
VALUE_OF = {
    "power_charge": "trim_scale(min(power_charge) FILTER ({which}))",
    "power_discharge": "trim_scale(min(power_discharge) FILTER ({which}))",
    "energy_low": "trim_scale(min(energy_low) FILTER ({which}))",
    "energy_high": "trim_scale(min(energy_high) FILTER ({which}))",
    "trading_locked": "(bool_or(trading_locked) FILTER ({which}))::text",
    "updated_at": "to_char(min(updated_at) FILTER ({which}) AT TIME ZONE 'UTC', %(recorded_format)s)",
}


def export_limits(
    *,
    asset_ids: Iterable[str],
    start: datetime,
    end: datetime,
    sources: Collection[LimitSource] | None,
    page: Page,
    form: Form,
) -> Iterator[bytes]:
    """What `list_limits` would list, each slot a line, and one line more if there is one; in CSV after a header.

    To be read to the end.
    """
    params = params_of(asset_ids=asset_ids, start=start, end=end, sources=sources, page=page)
    statement = AS_JSON if form == "json" else AS_COLUMNS.format(**_columns_of(sources))
    return copy_out(statement, params | {"listed": page.limit + 1}, form=form)


def _columns_of(listed: Collection[LimitSource] | None) -> dict[str, str]:
    """SQL for the columns of all sources: the header is the same whichever are listed, others are empty."""
    columns = {
        f'"sources.{source.value}.{name}"': written.format(which=f"WHERE source = '{source.value}'")
        if listed is None or source in listed
        else "NULL::text"
        for source in LimitSource
        for name, written in VALUE_OF.items()
    }
    return {
        "sources": ", ".join(f"{written} AS {name}" for name, written in columns.items()),
        "source_names": ", ".join(columns),
    }
