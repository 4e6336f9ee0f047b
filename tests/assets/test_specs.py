"""Specs in the database: what holds whoever writes, how they are found, and what is left of them [SP3] [SP4]."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from assets import specs
from assets.models import Asset, Spec
from assets.operations import delete_asset
from assets.queries import UnknownAssetError
from config.api.pagination import Page
from config.database.refusals import violated_constraint
from config.errors import InvalidError
from tests.factories.assets import ACTOR, NOW, make_asset
from tests.factories.specs import day, put_spec

pytestmark = pytest.mark.django_db

QUARTER = timedelta(minutes=15)
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
LONG = 500
# The trail of pghistory, which mypy does not see on the model.
TRAIL = Spec.pgh_event_model.objects  # type: ignore[attr-defined]


@pytest.fixture
def asset() -> Asset:
    return make_asset()


def refusal_of(asset: Asset, **fields: Any) -> str | None:
    """The constraint that a spec of the 10th to the 20th violates, written past the application."""
    window = {"valid_from": day(10), "valid_to": day(20)}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Spec.objects.create(asset=asset, **window | fields)
    return violated_constraint(refused.value)


# --- What the database holds ----------------------------------------------------------------------------------------


def test_the_database_refuses_specs_that_overlap(asset: Asset) -> None:
    """[SP3]"""
    put_spec(asset, 15, 16)

    assert refusal_of(asset) == "specs_of_an_asset_do_not_overlap"
    assert refusal_of(asset, valid_to=None) == "specs_of_an_asset_do_not_overlap"
    assert refusal_of(asset, valid_from=day(15)) == "one_spec_of_an_asset_begins_at_a_time"
    Spec.objects.create(asset=make_asset(), valid_from=day(15), valid_to=day(16))


def test_the_database_refuses_a_second_open_spec(asset: Asset) -> None:
    """[SP3]"""
    put_spec(asset, 15)

    assert refusal_of(asset, valid_to=None) == "one_spec_of_an_asset_is_open"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"valid_to": day(10)}, "spec_ends_after_it_begins"),
        ({"valid_to": day(9)}, "spec_ends_after_it_begins"),
        ({"rated_power": -1}, "spec_rated_power_is_not_negative"),
        ({"ramp_rate": Decimal("-0.000001")}, "spec_ramp_rate_is_not_negative"),
        ({"charge_efficiency": 0}, "spec_charge_efficiency_is_a_share"),
        ({"discharge_efficiency": Decimal("1.000001")}, "spec_discharge_efficiency_is_a_share"),
        ({"ramp_type": ""}, "spec_ramp_type_is_not_empty"),
    ],
)
def test_the_database_refuses_values_that_cannot_be(asset: Asset, fields: dict[str, Any], constraint: str) -> None:
    """[SP1]: whoever writes."""
    assert refusal_of(asset, **fields) == constraint


def test_the_database_refuses_a_spec_of_no_asset() -> None:
    """[A4]: at once, not only at COMMIT."""
    assert refusal_of(Asset(pk="DE_50HZ_NONE_1")) == "spec_asset_exists"


def test_an_end_before_the_beginning_is_refused_in_words(asset: Asset) -> None:
    """[SP3]: also to those who do not come over HTTP."""
    with pytest.raises(InvalidError, match="Should be after valid_from"):
        put_spec(asset, 10, 9)


def test_a_spec_of_an_unknown_asset_is_refused(asset: Asset) -> None:
    """[C8]"""
    with pytest.raises(UnknownAssetError, match="DE_50HZ_NONE_1"):
        put_spec(Asset(pk="DE_50HZ_NONE_1"), 1)


# --- Authors --------------------------------------------------------------------------------------------------------


def test_each_change_of_a_spec_has_an_author_and_one_that_changes_nothing_has_none(asset: Asset) -> None:
    """[SP2] [SP3]: closing the open one is a change too."""
    put_spec(asset, 1, ramp_rate=Decimal(1))
    put_spec(asset, 1, ramp_rate=Decimal("1.000000"))
    put_spec(asset, 5)

    trail = TRAIL.filter(asset=asset).order_by("pgh_id")
    assert [(event.pgh_label, event.valid_from, event.valid_to) for event in trail] == [
        ("insert", day(1), None),
        ("update", day(1), day(5)),
        ("insert", day(5), None),
    ]
    assert {event.pgh_context["actor"] for event in trail} == {ACTOR}


def test_an_assets_specs_go_with_it_and_the_trail_keeps_them(asset: Asset) -> None:
    """[A4]"""
    put_spec(asset, 1, 3, ramp_type="LINEAR")
    put_spec(make_asset(), 1)

    delete_asset(asset_id=asset.pk, by="user:bert")

    assert not Spec.objects.filter(asset=asset).exists()
    assert Spec.objects.count() == 1
    last = TRAIL.filter(asset=asset).latest("pgh_id")
    assert (last.pgh_label, last.ramp_type, last.pgh_context["actor"]) == ("delete", "LINEAR", "user:bert")


# --- Finding --------------------------------------------------------------------------------------------------------


def test_the_active_spec_is_the_one_that_holds_at_an_instant(asset: Asset) -> None:
    """[SP3]: half-open; an asset without one is left out."""
    other = make_asset()
    put_spec(asset, 1, 3)
    put_spec(asset, 5)
    put_spec(asset, 9)
    put_spec(other, 4, 9)

    def active(at: datetime) -> dict[str, int]:
        found = specs.active_specs(asset_ids=[asset.pk, other.pk, "DE_50HZ_NONE_1"], at=at)
        return {asset_id: spec.valid_from.day for asset_id, spec in found.items()}

    moment = timedelta(microseconds=1)
    assert active(day(1) - moment) == {}
    assert active(day(1)) == active(day(3) - moment) == {asset.pk: 1}
    assert active(day(3)) == {}
    assert active(day(6)) == {asset.pk: 5, other.pk: 4}
    assert active(day(9)) == active(day(31)) == {asset.pk: 9}


def test_active_specs_take_one_query(asset: Asset, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """However many assets there are."""
    others = [make_asset() for _ in range(3)]
    for one in (asset, *others):
        put_spec(one, 1)

    with django_assert_num_queries(1):
        assert len(specs.active_specs(asset_ids=[asset.pk, *(one.pk for one in others)], at=day(2))) == 4
    with django_assert_num_queries(1):
        assert specs.active_specs(asset_ids=[], at=day(2)) == {}


@pytest.fixture
def virtual_batteries() -> list[str]:
    """The ids of three virtual batteries, each with 500 specs of a quarter of an hour."""
    assets = [make_asset(code=f"V{number}", type="VBAT") for number in range(3)]
    Spec.objects.bulk_create(
        Spec(asset=one, valid_from=BEGINNING + number * QUARTER, valid_to=BEGINNING + (number + 1) * QUARTER)
        for one in assets
        for number in range(LONG)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assets_spec")
    return [one.pk for one in assets]


def reads_of(work: Callable[[], Any]) -> Iterator[dict[str, Any]]:
    """How PostgreSQL reads the table of specs in what the call sends to it."""

    def explain(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith("SELECT") and "assets_spec" in sql:
            execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, *rest)
            (plan,) = rest[-1]["cursor"].fetchone()
            plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        return execute(sql, params, *rest)

    plans: list[dict[str, Any]] = []
    with connection.execute_wrapper(explain):
        work()
    while plans:
        plan = plans.pop()
        plans += plan.get("Plans", [])
        if plan.get("Relation Name") == "assets_spec":
            yield plan


def rows_looked_at(plan: dict[str, Any]) -> float:
    """How many rows a read has looked at, each time it was made, whether it kept them or not."""
    return float(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))


def test_the_latest_spec_costs_one_row_however_long_the_history_is(virtual_batteries: list[str]) -> None:
    """[SP4]"""
    page = Page(limit=50, offset=0, after=None)

    (read,) = reads_of(lambda: specs.list_specs(asset_ids=virtual_batteries, latest=True, page=page))

    assert (read["Node Type"], read["Scan Direction"]) == ("Index Scan", "Backward")
    assert (rows_looked_at(read), read["Actual Loops"]) == (1, 3)


def test_the_active_spec_costs_one_row_however_long_the_history_is(virtual_batteries: list[str]) -> None:
    """[SP4]"""
    at = BEGINNING + LONG // 2 * QUARTER

    (read,) = reads_of(lambda: specs.active_specs(asset_ids=virtual_batteries, at=at))

    assert read["Node Type"] == "Index Scan"
    assert (rows_looked_at(read), read["Actual Loops"]) == (1, 3)


def test_a_page_costs_the_same_at_any_depth(virtual_batteries: list[str]) -> None:
    """[C5]: no more of an asset than the page can hold, and nothing of those behind the page's end."""
    for seen in (0, LONG // 2, LONG - 5):
        last = BEGINNING + (LONG - seen) * QUARTER
        page = Page(limit=10, offset=None, after=(virtual_batteries[0], last.isoformat()))

        (read,) = reads_of(partial(specs.list_specs, asset_ids=virtual_batteries, page=page))

        assert read["Node Type"] == "Index Scan"
        assert rows_looked_at(read) * read["Actual Loops"] <= 2 * (page.limit + 1)


def test_writing_a_spec_looks_at_few_rows_however_long_the_history_is(virtual_batteries: list[str]) -> None:
    """[SP3]: where it would overlap, and where it is the last."""

    def write(start: datetime) -> None:
        changes = {"valid_to": start + QUARTER}
        with suppress(InvalidError):
            specs.put_spec(asset_id=virtual_batteries[0], valid_from=start, changes=changes, by=ACTOR, now=NOW)

    for number in (0, LONG // 2, LONG):
        reads = list(reads_of(partial(write, BEGINNING + number * QUARTER + timedelta(minutes=1))))
        assert reads
        assert sum(rows_looked_at(read) * read["Actual Loops"] for read in reads) <= 2
    assert Spec.objects.filter(asset=virtual_batteries[0]).count() == LONG + 1
