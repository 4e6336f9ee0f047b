"""The slots that the model knows: few, so that they meet, late on three UTC days around a change of summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

SLOT = timedelta(minutes=15)
FIRST_DAY = date(2026, 3, 28)
DAYS, QUARTERS = 3, range(90, 96)
STARTS = [
    datetime(day.year, day.month, day.day, tzinfo=UTC) + quarter * SLOT
    for day in (FIRST_DAY + timedelta(days=number) for number in range(DAYS))
    for quarter in QUARTERS
]
EDGES = [*STARTS, STARTS[-1] + SLOT]

starts = st.sampled_from(STARTS)
# As they are asked for: `from` and `to`, or a delivery day.
windows = st.one_of(
    st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)).map(sorted).map(tuple),
    st.just((EDGES[0], EDGES[-1])),
    st.sampled_from([FIRST_DAY + timedelta(days=number) for number in range(DAYS + 1)]),
)
Window = tuple[datetime, datetime] | date


def day_of(start: datetime) -> date:
    """The delivery day."""
    return start.astimezone(ZoneInfo("Europe/Berlin")).date()


def holds(window: Window, start: datetime) -> bool:
    """Whether a window has what starts then."""
    if isinstance(window, tuple):
        return window[0] <= start < window[1]
    return day_of(start) == window


def asked(window: Window) -> str:
    """The window as a query asks for it."""
    if isinstance(window, tuple):
        return f"from={text(window[0])}&to={text(window[1])}"
    return f"delivery_day={window}"


def text(instant: datetime) -> str:
    """An edge, as it is sent and answered."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
