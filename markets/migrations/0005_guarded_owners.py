"""Limits, forecasts and reservations come in large batches: their owners are checked once per statement (ADR 17)."""

from django.db import migrations

from config.database.constraints import guard_owners


class Migration(migrations.Migration):

    dependencies = [
        ("markets", "0004_windows_on_the_grid"),
    ]

    operations = [
        operation
        for kind in ("limit", "forecast", "reservation")
        for operation in guard_owners(
            table=f"markets_{kind}", column="asset_id", references="assets_asset", name=f"{kind}_asset_exists"
        )
    ]
