// The key figures, each with its target where it has one.

import { element } from "./dom.js";
import { energy, money, moneyField, number, ofDay, percent } from "./format.js";

// How far a share has come, with a mark at its target; both between 0 and 1.
function gauge(value, target) {
    const bar = element("div", { class: "gauge", "aria-hidden": "true" }, element("span", { class: "reached" }));
    bar.style.setProperty("--reached", `${Math.min(Math.max(value, 0), 1) * 100}%`);
    if (target !== null) {
        bar.append(element("span", { class: "target" }));
        bar.style.setProperty("--target", `${Math.min(Math.max(target, 0), 1) * 100}%`);
    }
    return bar;
}

function verdict(value, target) {
    if (value === null || target === null) {
        return null;
    }
    const isReached = value >= target;
    return element("span", { class: isReached ? "verdict good" : "verdict poor" }, isReached ? "On target" : "Below target");
}

function tile({ label, value, note, share = null, target = null, judged = false }) {
    return element(
        "article",
        { class: "card tile" },
        element("h2", {}, label),
        element("p", { class: "value" }, value, judged ? verdict(share, target) : null),
        share === null ? null : gauge(share, target),
        element("p", { class: "note" }, note),
    );
}

const shareOf = (percentage) => (percentage === null ? null : percentage / 100);

function performance({ performance: found }) {
    return [
        tile({
            label: "Performance ratio",
            value: number(found.system_pr, 3),
            note: `Target ${number(found.pr_target, 2)}`,
            share: found.system_pr,
            target: found.pr_target,
            judged: true,
        }),
        tile({
            label: "Availability",
            value: percent(found.availability_pct),
            note: `Target ${percent(found.availability_target * 100)}`,
            share: shareOf(found.availability_pct),
            target: found.availability_target,
            judged: true,
        }),
        tile({
            label: "Uptime",
            value: percent(found.true_uptime_pct),
            note: found.state_uptime_pct === null ? "Producing in daylight" : `In a good state ${percent(found.state_uptime_pct)}`,
            share: shareOf(found.true_uptime_pct),
        }),
    ];
}

function energyAndMoney({ system, energy_balance: balance, ear, financial }) {
    const lost = moneyField(ear, "value_lost_");
    const savings = moneyField(financial, "realized_savings_");
    const yearly = moneyField(ear, "annual_projection_");
    return [
        tile({
            label: "Solar production",
            value: energy(balance.solar_production_kwh),
            note: `${number(system.rated_capacity_kw)} kW installed, ${system.device_count} ${system.device_count === 1 ? "inverter" : "inverters"}`,
        }),
        tile({
            label: "Energy lost",
            value: energy(ear.energy_lost_kwh),
            note: `${percent(ear.energy_lost_pct)} of what was expected`,
            share: shareOf(ear.energy_lost_pct),
        }),
        tile({ label: "Savings", value: money(savings.value, savings.currency), note: "Production at the tariff" }),
        tile({
            label: "Value lost",
            value: money(lost.value, lost.currency),
            note: `${money(yearly.value, yearly.currency)} a year at this rate`,
        }),
    ];
}

function consumption({ energy_balance: balance }) {
    if (balance.consumption_kwh === null) {
        return [];
    }
    return [
        tile({
            label: "Solar share",
            value: percent(balance.solar_offset_pct),
            note: `${energy(balance.grid_purchases_kwh)} bought of ${energy(balance.consumption_kwh)}`,
            share: shareOf(balance.solar_offset_pct),
        }),
    ];
}

function battery({ battery: found }) {
    if (!found) {
        return [];
    }
    return [
        tile({
            label: "Battery charge",
            value: percent(found.avg_soc, 0),
            note: `On average, of ${energy(found.total_capacity_kwh)}`,
            share: shareOf(found.avg_soc),
        }),
        tile({ label: "Battery throughput", value: energy(found.throughput_kwh), note: "Charged and discharged" }),
    ];
}

export function period({ start, end }) {
    const last = new Date(Date.parse(`${end}T00:00:00Z`) - 86400000).toISOString().slice(0, 10);
    return start === end ? "no complete day yet" : `${ofDay(start, "short")} to ${ofDay(last, "short")}`;
}

export function tiles(place, { document: found, state }) {
    if (!found) {
        const said = state === "missing" ? "The key figures are not computed yet." : "Loading the key figures";
        place.replaceChildren(element("p", { class: "empty card" }, said));
        return;
    }
    place.replaceChildren(...performance(found), ...energyAndMoney(found), ...consumption(found), ...battery(found));
}
