-- The groups of limits as columns, one line per slot [B3]; continues limit_rows.sql. markets/queries/limit_rows.py puts
-- in `{sources}`, the columns of each source that is listed.
--
-- SQL, because a year of a portfolio is a million slots, and here none becomes an object.
slot_group AS (
    SELECT
        asset_id,
        start_time AS slot,
        min(end_time) AS slot_end,
        min(delivery_day) AS delivery_day,
        {sources},
        min(power_charge_bound) AS power_charge_bound,
        min(power_discharge_bound) AS power_discharge_bound,
        min(energy_low_bound) AS energy_low_bound,
        min(energy_high_bound) AS energy_high_bound,
        coalesce(bool_or(trading_locked), false) AS trading_locked,
        string_agg(source, ',') FILTER (WHERE power_charge = power_charge_bound) AS power_charge_binding,
        string_agg(source, ',') FILTER (WHERE power_discharge = power_discharge_bound) AS power_discharge_binding,
        string_agg(source, ',') FILTER (WHERE energy_low = energy_low_bound) AS energy_low_binding,
        string_agg(source, ',') FILTER (WHERE energy_high = energy_high_bound) AS energy_high_binding,
        string_agg(source, ',') FILTER (WHERE trading_locked) AS trading_locked_binding
    FROM source_row
    GROUP BY asset_id, start_time
)
SELECT
    asset_id,
    to_char(slot AT TIME ZONE 'UTC', %(edge_format)s) AS start_time,
    to_char(slot_end AT TIME ZONE 'UTC', %(edge_format)s) AS end_time,
    delivery_day,
    {source_names},
    trim_scale(power_charge_bound) AS "computed.power_charge",
    trim_scale(power_discharge_bound) AS "computed.power_discharge",
    trim_scale(energy_low_bound) AS "computed.energy_low",
    trim_scale(energy_high_bound) AS "computed.energy_high",
    trading_locked::text AS "computed.trading_locked",
    power_charge_binding AS "computed.binding.power_charge",
    power_discharge_binding AS "computed.binding.power_discharge",
    energy_low_binding AS "computed.binding.energy_low",
    energy_high_binding AS "computed.binding.energy_high",
    trading_locked_binding AS "computed.binding.trading_locked"
FROM slot_group
ORDER BY asset_id, slot
