"""The chart of an asset's day when the clock changes: 92 or 100 slots, on local time, with UTC on hover; where an hour
comes twice, the zone's name says which it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from assets.models import Asset
from assets.vocabulary import Lifecycle
from tests.back_office import page_of
from tests.e2e.watched import watch
from tests.factories.assets import make_asset
from tests.factories.clients import ApiClient
from tests.factories.periods import forecast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPRING, AUTUMN = "2026-03-29", "2026-10-25"
NOON = {SPRING: "2026-03-29T10:00:00Z", AUTUMN: "2026-10-25T11:00:00Z"}
EDGES = {
    SPRING: ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
    AUTUMN: ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
}
SLOTS = {SPRING: 92, AUTUMN: 100}
# A label every two hours that pass.
LABELS = {
    SPRING: [0, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23],
    AUTUMN: [0, 2, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23],
}
FROM_ONE_TO_FOUR = {
    SPRING: ["01:00", "01:15", "01:30", "01:45", "03:00", "03:15", "03:30", "03:45"],
    AUTUMN: [
        f"{hour}:{minute}{zone}"
        for hour, zone in (("01", ""), ("02", " CEST"), ("02", " CET"), ("03", ""))
        for minute in ("00", "15", "30", "45")
    ],
}
# What is said of slots, by the minute of UTC that they begin with.
HOVERED = {
    SPRING: {"00:45": "01:45 to 03:00 (00:45 UTC)", "01:00": "03:00 to 03:15 (01:00 UTC)"},
    AUTUMN: {
        "00:00": "02:00 CEST to 02:15 CEST (00:00 UTC)",
        "00:45": "02:45 CEST to 02:00 CET (00:45 UTC)",
        "01:00": "02:00 CET to 02:15 CET (01:00 UTC)",
        "01:45": "02:45 CET to 03:00 (01:45 UTC)",
    },
}
CHART = """(canvas) => {
    const { data, scales } = Chart.getChart(canvas);
    const line = data.datasets.find((one) => one.label.startsWith("Forecast"));
    return {
        slots: (scales.x.max - scales.x.min) / 900_000,
        corners: line.data.length,
        labels: scales.x.ticks.map((tick) => tick.label),
    };
}"""
PLACE = """(canvas, at) => {
    const { scales, chartArea } = Chart.getChart(canvas);
    const box = canvas.getBoundingClientRect();
    return [box.left + scales.x.getPixelForValue(Date.parse(at) + 450_000), box.top + chartArea.top + 10];
}"""


@pytest.fixture(autouse=True)
def said(context: BrowserContext) -> Iterator[list[str]]:
    """What the pages said, which is nothing."""
    said = watch(context)
    yield said
    assert said == []


@pytest.fixture
def asset() -> Asset:
    """One with a forecast for both days, whole."""
    asset = make_asset(Lifecycle.LIVE)
    windows = [edges for day, (start, end) in EDGES.items() for edges in ((start, NOON[day]), (NOON[day], end))]
    rows = [forecast(asset.pk, start_time=start, end_time=end) for start, end in windows]
    ApiClient().represented("PUT", "/forecasts", {"forecasts": rows})
    return asset


@pytest.fixture
def room(desk: Page) -> Locator:
    """The section of the day."""
    return desk.get_by_role("region", name="Delivery day")


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_it_has_the_slots_of_its_clock(desk: Page, room: Locator, asset: Asset, day: str) -> None:
    desk.goto(f"{page_of(asset)}?day={day}")
    expect(room).to_have_attribute("data-shown", day)
    expect(room.get_by_role("status")).to_contain_text(f"{SLOTS[day]} slots in Europe/Berlin")
    canvas = room.locator("[data-power]")

    drawn = canvas.evaluate(CHART)

    assert drawn["slots"] == SLOTS[day]
    assert drawn["corners"] == 2 * SLOTS[day]
    assert drawn["labels"] == [f"{hour:02}:00" for hour in LABELS[day]]
    canvas.scroll_into_view_if_needed()
    for minute, sentence in HOVERED[day].items():
        desk.mouse.move(*canvas.evaluate(PLACE, f"{day}T{minute}:00Z"))
        desk.wait_for_function(
            "(said) => Chart.getChart(document.querySelector('[data-power]')).tooltip.title?.join() === said",
            arg=sentence,
        )


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_its_table_says_the_hour_that_is_missing_or_comes_twice(
    desk: Page, room: Locator, asset: Asset, day: str
) -> None:
    desk.goto(f"{page_of(asset)}?day={day}")
    expect(room).to_have_attribute("data-shown", day)
    room.get_by_text("The day as a table").click()

    hours = room.locator("[data-rows] th").all_text_contents()
    utc = room.locator("[data-rows] td:nth-child(2)").all_text_contents()

    assert len(hours) == len(set(hours)) == len(utc) == SLOTS[day]
    assert hours[4 : 4 + len(FROM_ONE_TO_FOUR[day])] == FROM_ONE_TO_FOUR[day]
    assert (hours[0], hours[-1]) == ("00:00", "23:45")
