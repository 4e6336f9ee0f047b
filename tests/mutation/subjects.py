"""What is mutated, and by which tests a mutant of it should be noticed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """A part of the domain core: files in Python and SQL, and the test files that are run against their mutants."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


def _named(names: str) -> tuple[str, ...]:
    return tuple(names.split())


SUBJECTS: Mapping[str, Subject] = {
    "lifecycle": Subject(
        _named("assets/lifecycle.py"),
        _named("tests/assets/test_lifecycle.py tests/assets/api/test_lifecycle.py tests/assets/api/test_assets.py"),
    ),
    "periods": Subject(
        _named("assets/periods.py"),
        _named("tests/assets/test_periods.py tests/config/api/test_values.py tests/markets/api/test_forecasts.py"),
    ),
    "quantities": Subject(
        _named("assets/quantities.py"),
        _named(
            "tests/assets/test_quantities.py tests/sites/api/test_sites.py tests/assets/api/test_specs.py "
            "tests/sites/api/test_inverters.py"
        ),
    ),
    "specs": Subject(
        _named("assets/specs.py assets/sql/list_specs.sql"),
        _named(
            "tests/assets/test_specs.py tests/assets/api/test_specs.py tests/assets/api/test_spec_windows.py "
            "tests/assets/api/test_list_specs.py"
        ),
    ),
    "limits": Subject(
        _named(
            "markets/limit_items.py markets/operations/limits.py markets/operations/limit_rows.py "
            "markets/queries/limits.py "
            "markets/sql/limit_groups.sql markets/sql/limit_rows.sql markets/sql/expand_limits.sql "
            "markets/sql/upsert_limits.sql markets/sql/clear_limits.sql markets/sql/find_crossed_bands.sql"
        ),
        _named(
            "tests/markets/test_limit_items.py tests/markets/api/test_list_limits.py "
            "tests/markets/api/test_limit_pages.py tests/markets/api/test_patch_limits.py "
            "tests/markets/api/test_patch_limits_refused.py tests/markets/api/test_clear_limits.py "
            "tests/markets/api/test_crossed_bands.py tests/markets/api/test_limit_rows_sent.py "
            "tests/markets/api/test_limit_rows_listed.py"
        ),
    ),
    "limit-changes": Subject(
        _named(
            "assets/local_windows.py markets/operations/limit_changes.py sites/limit_plans.py "
            "markets/sql/plan_limit_change.sql markets/sql/undo_limit_change.sql"
        ),
        _named(
            "tests/assets/test_local_windows.py tests/markets/test_limit_changes.py "
            "tests/markets/test_limit_change_edges.py tests/sites/test_limit_plans.py"
        ),
    ),
    "kpi-rollup": Subject(
        _named("partner/kpi_rollup.py partner/plant.py partner/local_days.py partner/sql/kpi_rollup.sql"),
        _named(
            "tests/partner/test_kpi_rollup.py tests/partner/test_kpi_rollup_money.py "
            "tests/partner/test_kpi_rollup_plant.py tests/partner/test_kpi_rollup_edges.py "
            "tests/partner/test_kpi_rollup_batteries.py tests/partner/test_maintenance_signals.py"
        ),
    ),
    "batteries": Subject(
        _named("partner/batteries.py partner/sql/batteries.sql"),
        _named("tests/partner/test_kpi_rollup_batteries.py"),
    ),
    "signals": Subject(
        _named(
            "partner/anomalies.py partner/detections.py partner/maintenance_signals.py partner/signal_documents.py "
            "partner/thresholds.py partner/sql/anomalies.sql"
        ),
        _named(
            "tests/partner/test_maintenance_signals.py tests/partner/test_detections.py tests/partner/test_severity.py "
            "tests/partner/test_signal_edges.py tests/partner/test_signal_documents.py tests/partner/test_thresholds.py"
        ),
    ),
    "schedule": Subject(
        _named(
            "partner/maintenance_schedule.py partner/maintenance_tasks.py partner/open_states.py "
            "partner/schedule_documents.py partner/sql/open_states.sql"
        ),
        _named(
            "tests/partner/test_maintenance_schedule.py tests/partner/test_maintenance_tasks.py "
            "tests/partner/test_open_states.py tests/partner/test_narrowed.py tests/partner/test_signal_documents.py"
        ),
    ),
    "forecast": Subject(
        _named(
            "partner/forecast.py partner/forecast_models.py partner/forecast_documents.py partner/clear_sky.py "
            "partner/sql/forecast_submitted.sql partner/sql/forecast_produced.sql partner/sql/forecast_rates.sql"
        ),
        _named(
            "tests/partner/test_forecast_clear_sky.py tests/partner/test_forecast_documents.py "
            "tests/partner/test_forecast_money.py tests/partner/test_forecast_submitted.py "
            "tests/partner/test_forecast_edges.py"
        ),
    ),
}
