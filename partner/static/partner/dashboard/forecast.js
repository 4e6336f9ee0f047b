// The forecast: the band from p10 to p90 with p50 in it, what it is worth below, and the same as a table.

import { element, empty, heading } from "./dom.js";
import { clock, energy, instant, longInstant, money, moneyField, number, power } from "./format.js";

const HORIZONS = [24, 48, 72];
const MODELS = { "submitted-1": "Submitted forecast", "clear-sky-1": "Clear sky scaled by the last days" };
const charts = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function horizonOf(address) {
    return Number(new URL(address, window.location.href).searchParams.get("horizon").slice(0, -1));
}

function horizons(chosen, choose) {
    const buttons = HORIZONS.map((hours) =>
        element("button", { type: "button", "aria-pressed": String(hours === chosen), onclick: () => choose(hours) }, `${hours} h`),
    );
    return element("div", { class: "choice", role: "group", "aria-label": "How far ahead" }, buttons);
}

// Hours as an axis names them: the day where one begins, else the hour.
function tick(intervals) {
    return function label(value) {
        const at = new Date(intervals[value].ts);
        return at.getHours() === 0 ? at.toLocaleDateString("en-GB", { weekday: "short", day: "numeric" }) : clock(intervals[value].ts);
    };
}

function axes(intervals, unit, { showsHours }) {
    const grid = { color: colour("--line") };
    const ticks = { color: colour("--muted"), font: { family: "system-ui, sans-serif", size: 11 } };
    return {
        x: {
            grid: { display: false },
            border: { color: colour("--line") },
            ticks: { ...ticks, display: showsHours, callback: tick(intervals), maxRotation: 0, autoSkipPadding: 14 },
        },
        y: {
            beginAtZero: true,
            grid,
            border: { display: false },
            ticks: { ...ticks, maxTicksLimit: showsHours ? 4 : 6 },
            title: { display: true, text: unit, color: colour("--muted"), font: ticks.font },
            afterFit: (axis) => Object.assign(axis, { width: 58 }), // so that both charts begin at the same place
        },
    };
}

function options(intervals, unit, { showsHours, label }) {
    return {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: axes(intervals, unit, { showsHours }),
        plugins: {
            legend: { display: false },
            tooltip: { displayColors: false, callbacks: { title: ([one]) => longInstant(intervals[one.dataIndex].ts), label } },
        },
    };
}

function band(canvas, intervals) {
    const line = { pointRadius: 0, pointHoverRadius: 3, tension: 0.3, borderWidth: 0, spanGaps: false };
    const edge = { ...line, pointHoverRadius: 0, backgroundColor: colour("--band") };
    const datasets = [
        { ...edge, label: "p90", data: intervals.map((one) => one.p90_kw), fill: "+2" },
        { ...line, label: "p50", data: intervals.map((one) => one.p50_kw), borderColor: colour("--brand"), borderWidth: 2.5, pointHoverBackgroundColor: colour("--brand") },
        { ...edge, label: "p10", data: intervals.map((one) => one.p10_kw), fill: false },
    ];
    return new Chart(canvas, {
        type: "line",
        data: { labels: intervals.map((one) => one.ts), datasets },
        options: options(intervals, "kW", { showsHours: false, label: (one) => `${one.dataset.label}  ${power(one.raw)}` }),
    });
}

function revenue(canvas, intervals, currency) {
    const data = intervals.map((one) => moneyField(one, "revenue_").value);
    return new Chart(canvas, {
        type: "bar",
        data: { labels: intervals.map((one) => one.ts), datasets: [{ data, backgroundColor: colour("--money"), borderRadius: 2 }] },
        options: options(intervals, currency, { showsHours: true, label: (one) => money(one.raw, currency) }),
    });
}

function legend(currency) {
    const entry = (kind, text) => element("li", {}, element("span", { class: `key ${kind}`, "aria-hidden": "true" }), text);
    return element("ul", { class: "legend" }, entry("line", "p50, expected"), entry("band", "p10 to p90, eight hours in ten"), entry("bar", `Revenue in ${currency}`));
}

function table(intervals, currency) {
    const head = ["Hour", "p10 (kW)", "p50 (kW)", "p90 (kW)", `Revenue (${currency})`].map((name) => element("th", { scope: "col" }, name));
    const rows = intervals.map((one) =>
        element(
            "tr",
            {},
            element("th", { scope: "row" }, instant(one.ts)),
            [one.p10_kw, one.p50_kw, one.p90_kw].map((kw) => element("td", {}, number(kw, 1))),
            element("td", {}, number(moneyField(one, "revenue_").value, 2)),
        ),
    );
    const caption = element("caption", {}, "Hourly forecast");
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Hourly forecast" }, element("table", {}, caption, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)));
}

// What the picture shows, in a sentence.
function sentence({ intervals, totals }, hours) {
    const known = intervals.filter((one) => one.p50_kw !== null);
    const peak = known.reduce((best, one) => (best && best.p50_kw >= one.p50_kw ? best : one), null);
    const most = peak ? ` The most is ${power(peak.p50_kw)} at ${longInstant(peak.ts)}, between ${power(peak.p10_kw)} and ${power(peak.p90_kw)}.` : "";
    return `Forecast of the next ${hours} hours: ${energy(totals.total_kwh)} in all.${most}`;
}

function summary({ totals, model_id: model }, hours) {
    const worth = moneyField(totals, "total_revenue_");
    const figure = (value, label) => element("div", {}, element("dd", {}, value), element("dt", {}, label));
    const models = (model || "").split("+").map((one) => MODELS[one] || one);
    return element(
        "dl",
        { class: "figures" },
        figure(energy(totals.total_kwh), `in the next ${hours} hours`),
        figure(money(worth.value, worth.currency), "revenue at p50"),
        model ? figure(models.join(", then "), "how it was made") : null,
    );
}

function drawing(found, hours) {
    const { currency } = moneyField(found.totals, "total_revenue_");
    const above = element("canvas", { role: "img", "aria-label": sentence(found, hours) });
    const below = element("canvas", { role: "img", "aria-label": `Revenue of each hour in ${currency}; the table has the figures.` });
    return { above, below, currency };
}

// `isOpen` and `opened`: whether the table is shown, which outlives a new drawing.
export function forecast(place, { document: found, state, address }, { choose, isOpen, opened }) {
    charts.splice(0).forEach((one) => one.destroy());
    const hours = horizonOf(address);
    const title = heading("forecast-title", "Forecast", horizons(hours, choose));
    if (!found || found.intervals.every((one) => one.p50_kw === null)) {
        const said = found ? "Nobody has submitted a forecast, and too little is known to compute one." : "The forecast is not computed yet.";
        place.replaceChildren(title, empty(found || state === "missing" ? said : "Loading the forecast"));
        return;
    }
    const { above, below, currency } = drawing(found, hours);
    const details = element("details", { open: isOpen, ontoggle: () => opened(details.open) }, element("summary", {}, "Show as a table"), table(found.intervals, currency));
    place.replaceChildren(
        title,
        summary(found, hours),
        element("div", { class: "plot" }, above),
        element("div", { class: "plot low" }, below),
        legend(currency),
        details,
    );
    charts.push(band(above, found.intervals), revenue(below, found.intervals, currency));
}
