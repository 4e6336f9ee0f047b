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


# A statement that adds rows looks at their owners once, however many rows they are, and keeps them from being deleted;
# one that deletes an owner waits for that, then deletes what it has. Only with READ COMMITTED does it see all that came
# meanwhile.
GUARD = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owners text[];
    found bigint;
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        owners := ARRAY(SELECT DISTINCT {column} FROM written);
        SELECT count(*) INTO found
        FROM (SELECT FROM {references} WHERE id = ANY (owners) ORDER BY id FOR KEY SHARE) AS kept;
        IF found = cardinality(owners) THEN
            RETURN NULL;
        END IF;
    WHEN 'DELETE' THEN
        IF current_setting('transaction_isolation') = 'read committed' THEN
            DELETE FROM {table} WHERE {column} = OLD.id;
            RETURN NULL;
        END IF;
    WHEN 'TRUNCATE' THEN
        IF NOT EXISTS (SELECT FROM {table}) THEN
            RETURN NULL;
        END IF;
    ELSE  -- rows keep their owner, and owners their id
    END CASE;
    RAISE foreign_key_violation USING
        MESSAGE = '{table} would hold rows whose {column} is in no row of {references}',
        CONSTRAINT = '{name}', TABLE = '{table}';
END
$$;
CREATE TRIGGER {name} AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_still AFTER UPDATE OF {column} ON {table}
    FOR EACH ROW WHEN (OLD.{column} <> NEW.{column}) EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_with_this_id AFTER UPDATE OF id ON {references}
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_or_goes AFTER DELETE ON {references} FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE TRIGGER {name}_or_all_go AFTER TRUNCATE ON {references} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def guard_owners(*, table: str, column: str, references: str, name: str) -> list[migrations.RunSQL]:
    """The guarantee of an immediate foreign key, in its place, checked once per statement, not per row (ADR 17).

    A violation is an IntegrityError of the constraint's name. To delete owners takes READ COMMITTED.
    """
    parts = {"table": table, "column": column, "references": references, "name": name}
    key = immediate_foreign_key(**parts)
    return [
        migrations.RunSQL(sql=str(key.reverse_sql), reverse_sql=str(key.sql)),
        migrations.RunSQL(sql=GUARD.format(**parts), reverse_sql=f"DROP FUNCTION {name}() CASCADE"),
    ]
