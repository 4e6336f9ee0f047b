"""How often the periods of an owner have changed [C13]."""

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Revision
from assets.revisions import raise_revisions, revisions_of
from tests.factories.assets import NOW
from tests.races import at_once

OWNERS = [f"DE_50HZ_WU_{number}" for number in range(1, 21)]


@pytest.mark.django_db
def test_each_raise_counts_one_for_each_owner_named() -> None:
    raise_revisions(owner_ids=["B", "A", "B"], kind="limits", now=NOW)
    raise_revisions(owner_ids=["B"], kind="limits", now=NOW)
    raise_revisions(owner_ids=["A"], kind="specs", now=NOW)
    assert revisions_of(owner_ids=["A", "B", "C"], kind="limits") == [("A", 1), ("B", 2)]
    assert revisions_of(owner_ids=["A", "B"], kind="specs") == [("A", 1)]


@pytest.mark.django_db
def test_a_raise_is_one_statement_and_of_nobody_none(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        raise_revisions(owner_ids=OWNERS, kind="limits", now=NOW)
    with django_assert_num_queries(0):
        raise_revisions(owner_ids=[], kind="limits", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_raises_of_the_same_owners_at_once_all_count_and_never_deadlock() -> None:
    def call(owners: list[str]) -> None:
        raise_revisions(owner_ids=owners, kind="limits", now=NOW)

    at_once(*[lambda: call(OWNERS), lambda: call(OWNERS[::-1])] * 8)
    assert set(Revision.objects.values_list("number", flat=True)) == {16}
