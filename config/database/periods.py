"""Period tables: statements built from a model's own description [architecture: two tiers].

A period table's primary key is its natural key: an owner (an asset, a site, an inverter), a time, and what else tells
rows of one time apart. All its rows of one batch are written by one statement, and a page of them is read as the JSON
text that PostgreSQL writes; no row becomes an object.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection, models

UNWRITTEN = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True)
class Column:
    """One column: its name, the type that its JSON text is cast to, and its model field."""

    name: str
    field: "models.Field[object, object]"

    @property
    def sql_type(self) -> str:
        """The type that reads the value's text; text where the column is a bounded one, so that nothing is cut off."""
        kind = self.field.db_type(connection) or "text"
        return "numeric" if kind.startswith("numeric") else "text" if kind.startswith("varchar") else kind

    @property
    def ordered(self) -> str:
        """The column in an ORDER BY or a comparison that has to agree with the key's index."""
        return f'{self.name} COLLATE "C"' if self.sql_type == "text" else self.name


@dataclass(frozen=True, eq=False)
class PeriodTable:
    """What the statements need to know of a model: which columns an answer has, in its order.

    `written` gives the SQL of JSON that differs from the column's own, by the name in the answer, and `totals` that of
    sums over a whole selection, by their names beside the items. Both call a row `period`.
    """

    model: type[models.Model]
    answer: tuple[str, ...]
    written: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table."""
        return self.model._meta.db_table  # noqa: SLF001  Django's documented model API

    @cached_property
    def columns(self) -> dict[str, Column]:
        """All columns by name, in the model's order."""
        fields = self.model._meta.concrete_fields  # noqa: SLF001
        return {one.column: Column(one.column, one) for one in fields if one.column}

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The natural key: owner, time, and what else there is."""
        parts = self.model._meta.pk_fields  # noqa: SLF001
        return tuple(self.columns[part.column or ""] for part in parts)

    @property
    def owner(self) -> Column:
        """Whose rows they are."""
        return self.key[0]

    @property
    def owners(self) -> str:
        """The table of the owners, where they are records."""
        owner: Any = self.owner.field.related_model
        return str(owner._meta.db_table)  # noqa: SLF001

    @property
    def time(self) -> Column:
        """When they are."""
        return self.key[1]

    @cached_property
    def values(self) -> tuple[Column, ...]:
        """What a batch writes beside the key: no derived column, no stamp."""
        names = {part.name for part in self.key} | UNWRITTEN
        return tuple(
            column
            for name, column in self.columns.items()
            if name not in names and not isinstance(column.field, models.GeneratedField)
        )
