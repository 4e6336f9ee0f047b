"""Constraints that several tables have."""

from django.db import models

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
