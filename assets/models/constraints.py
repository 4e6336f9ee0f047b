"""Constraints that several tables have."""

from datetime import UTC, datetime

from django.db import models
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from assets.periods import LONGEST_WINDOW, SLOT
from assets.vocabulary import AREAS_OF_REGION


def is_one_of(field: str, words: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """Only words of the vocabulary are stored."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": words.values}), name=name)


def area_lies_in_region(name: str) -> models.CheckConstraint:
    """`region` and `delivery_area` are a pair that exists."""
    pairs = [models.Q(region=region, delivery_area__in=areas) for region, areas in AREAS_OF_REGION.items()]
    condition = pairs[0]
    for pair in pairs[1:]:
        condition |= pair
    return models.CheckConstraint(condition=condition, name=name)


class Binned(models.Func):
    """The last instant at or before another that lies a whole number of strides behind an origin."""

    function = "date_bin"
    output_field = models.DateTimeField()


def is_a_window(subject: str) -> list[models.CheckConstraint]:
    """`start_time` and `end_time` lie on the 15-minute grid, 15 minutes to 24 hours apart [F1].

    A batch in plain form is not looked at item by item: these are all that refuse a wrong window in it.
    """
    start, end = models.F("start_time"), models.F("end_time")
    length = models.ExpressionWrapper(end - start, output_field=models.DurationField())
    grid = models.Value(datetime(2000, 1, 1, tzinfo=UTC))
    return [
        models.CheckConstraint(
            condition=models.Q(GreaterThanOrEqual(length, SLOT)) & models.Q(LessThanOrEqual(length, LONGEST_WINDOW)),
            name=f"{subject}_has_a_window",
        ),
        models.CheckConstraint(
            condition=models.Q(start_time=Binned(models.Value(SLOT), start, grid))
            & models.Q(end_time=Binned(models.Value(SLOT), end, start)),
            name=f"{subject}_is_on_the_grid",
        ),
    ]
