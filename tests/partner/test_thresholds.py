"""The thresholds of signals: names and ranges, the same for the form, the database and the documentation [P3]."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Ge, Le, MultipleOf
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from partner.models import PartnerProfile
from partner.thresholds import Thresholds, are_thresholds, thresholds_of

METRICS = Path(settings.BASE_DIR) / "docs" / "partner-metrics.md"


def bounds(name: str) -> tuple[Any, Any]:
    found = {type(one): one for one in Thresholds.model_fields[name].metadata}
    return found[Ge].ge, found[Le].le


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"temperatur_c": 60}, "temperatur_c: Extra inputs are not permitted"),
        ({"temperature_c": 19.9}, "temperature_c: Input should be greater than or equal to 20"),
        ({"temperature_c": "60"}, "temperature_c: Input should be a valid number"),
        ({"temperature_c": True}, "temperature_c: Input should be a valid number"),
        ({"temperature_c": None}, "temperature_c: Input should be a valid number"),
        ({"lookback_days": 1.5}, "lookback_days: Input should be a multiple of 1"),
        ({"long_minutes": float("nan")}, "long_minutes: Input should be"),
        ([], "All: Input should be"),
    ],
)
def test_a_threshold_has_a_known_name_and_a_number_in_its_range(given: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        are_thresholds(given)


def test_what_is_not_given_is_the_default() -> None:
    assert thresholds_of({"temperature_c": 60}) == Thresholds(temperature_c=60)
    are_thresholds({})


@pytest.mark.django_db
@pytest.mark.parametrize("name", Thresholds.model_fields)
def test_the_database_has_the_same_names_and_ranges(profile: PartnerProfile, name: str) -> None:
    low, high = bounds(name)
    whole = any(isinstance(one, MultipleOf) for one in Thresholds.model_fields[name].metadata)
    for number in (low, high):
        store(profile, {name: number})
    for wrong in (low - 0.5, high + 0.5, str(low), True, None, [low], *([low + 0.5] if whole else [])):
        with pytest.raises(IntegrityError, match="profile_signal_thresholds_are_in_range"), transaction.atomic():
            store(profile, {name: wrong})


@pytest.mark.django_db
def test_the_database_knows_no_other_name(profile: PartnerProfile) -> None:
    with pytest.raises(IntegrityError, match="profile_signal_thresholds_are_in_range"), transaction.atomic():
        store(profile, {"lookback": 7})


def store(profile: PartnerProfile, thresholds: dict[str, Any]) -> None:
    """Past the operation, as somebody with SQL would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE partner_partnerprofile SET signal_thresholds = %s WHERE id = %s",
            [json.dumps(thresholds), profile.pk],
        )


def test_every_threshold_is_documented_with_its_default_and_its_range() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) to ([\d.]+) \|", METRICS.read_text(), re.MULTILINE)
    documented = {name: tuple(map(float, numbers)) for name, *numbers in rows}
    assert documented == {
        name: tuple(map(float, (field.default, *bounds(name)))) for name, field in Thresholds.model_fields.items()
    }
