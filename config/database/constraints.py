"""Constraints that Django's model layer has no word for."""

from django.db import migrations


def immediate_foreign_key(*, table: str, column: str, references: str, name: str) -> migrations.RunSQL:
    """A foreign key that is checked at the statement and deletes with its parent.

    Django's own keys are deferred: they fail at COMMIT, outside of whoever could answer for it, and queue a trigger per
    row. The field in the model carries `db_constraint=False`, and its migration ends with this.
    """
    return migrations.RunSQL(
        sql=(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {references} (id)"
            " ON DELETE CASCADE NOT DEFERRABLE"
        ),
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
