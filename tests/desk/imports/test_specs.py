"""Importing specs: a dry run finds every fault and writes nothing; applying writes all of it or nothing."""

import pytest

from assets.models import Asset, Spec
from config.errors import ConflictError
from tests.desk.imports.files import BY, SPEC_HEADER, apply, counts, csv_of, spec_row, upload
from tests.factories.assets import make_asset
from tests.factories.specs import windows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return make_asset()


def test_two_bad_rows_are_listed_and_nothing_is_written(asset: Asset) -> None:
    rows = spec_row(asset), spec_row(asset, 2, power="ten"), ("DE_50HZ_NO_1", *spec_row(asset)[1:]), spec_row(asset, 4)

    found = upload("specs", csv_of(SPEC_HEADER, *rows))

    assert found.faults == [
        [3, "rated_power", "Input should be a number like 90 or 0.97"],
        [4, "asset_id", "Unknown asset: DE_50HZ_NO_1."],
    ]
    assert (found.state, counts(found), found.rows) == ("checked", (2, 0, 0), 4)
    assert not Spec.objects.exists()


def test_a_file_with_faults_cannot_be_applied(asset: Asset) -> None:
    found = upload("specs", csv_of(SPEC_HEADER, spec_row(asset, power=-1)))

    with pytest.raises(ConflictError):
        apply(found)


def test_a_good_file_is_applied_by_the_operator_and_its_content_forgotten(asset: Asset) -> None:
    found = apply(upload("specs", csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 4))))

    assert (found.state, counts(found), found.content) == ("applied", (2, 0, 0), None)
    assert windows_of(asset) == [(1, 4), (4, None)]
    assert {event.pgh_context["actor"] for event in Spec.pgh_event_model.objects.all()} == {BY}  # type: ignore[attr-defined]


def test_the_same_file_again_changes_nothing(asset: Asset) -> None:
    file = csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 4))
    apply(upload("specs", file))

    again = upload("specs", file)

    assert counts(again) == (0, 0, 2)
