"""What the kinds of snapshots can be filtered by [P5]."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from config.api.queries import several
from config.api.values import Instant
from partner.answers import SiteQuery
from partner.vocabulary import Severity


def _as_written(word: Any) -> Any:
    return word.capitalize() if isinstance(word, str) and word.isascii() else word


Severities = Annotated[
    several(Annotated[Severity, BeforeValidator(_as_written)]) | None,  # type: ignore[valid-type]
    Field(description="Only signals of these severities; small or capital letters."),
]


class SignalsQuery(SiteQuery):
    """Maintenance signals, by severity and first detection."""

    severity: Severities = None
    since: Annotated[Instant | None, Field(description="Only what was first detected after this instant.")] = None


class ScheduleQuery(SiteQuery):
    """The maintenance schedule, by recommended day."""

    since: Annotated[Instant | None, Field(description="Only tasks recommended after this instant.")] = None
