/* The charts of an asset's delivery day, drawn with the Chart.js that the theme ships. Times are milliseconds UTC. */
"use strict";

window.DayChart = (() => {
    const SLOT = 15 * 60 * 1000, HOUR = 4 * SLOT;
    const MARKETS = ["#0f766e", "#7c3aed", "#b45309", "#be185d", "#1d4ed8", "#4d7c0f"];
    const SOURCE_DASHES = [[6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [12, 4]];

    const colour = (name, fallback) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || fallback;
    const number = (text) => (text === null || text === undefined ? null : Number(text));
    const stepped = { stepped: "before", pointRadius: 0, pointHitRadius: 0, borderWidth: 1.5, spanGaps: false };

    /* The page has the words, in its language; sentences have places for values: %(name)s. */
    const LANGUAGE = document.documentElement.lang;
    const words = JSON.parse(document.getElementById("day-words").textContent);
    const plurals = new Intl.PluralRules(LANGUAGE);
    const say = (name, values = {}) => filled(words[name], values);
    const count = (name, quantity, values = {}) => {
        const forms = words[name];
        return filled(forms[plurals.select(quantity)] || forms.many, { number: quantity, ...values });
    };
    const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_found, key) => values[key]);
    const numbers = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 6, useGrouping: false });
    const shown = (value) => numbers.format(Number(value));
    const source = (name) => words.sources[name] || name;

    function clock(zone, options) {
        const format = new Intl.DateTimeFormat(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { timeZone: zone, hour: "2-digit", minute: "2-digit", ...options });
        return (at) => format.format(new Date(at));
    }

    /* The same, with the zone's name where the clock shows a time twice: 02:30 CEST and then 02:30 CET. The abbreviation
       is that of lists and forms, in each language. */
    function exactClock(zone, options) {
        const local = clock(zone, options);
        const named = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" });
        const name = (at) => named.formatToParts(new Date(at)).find((part) => part.type === "timeZoneName").value;
        const isTwice = (at) => [at - HOUR, at + HOUR].some((other) => local(other) === local(at));
        return (at) => (isTwice(at) ? `${local(at)} ${name(at)}` : local(at));
    }

    /* A value per slot as the corners of a line that holds each until the slot's end. */
    function corners(slots, read) {
        const points = [];
        for (const slot of slots) {
            const value = read(slot);
            points.push({ x: slot.start, y: value }, { x: slot.end - 1, y: value });
        }
        return points;
    }

    /* Shades what is locked behind the lines, and the hour that it is now. */
    const shades = {
        id: "shades",
        beforeDatasetsDraw(chart, _args, options) {
            const { ctx, chartArea: area, scales } = chart;
            ctx.save();
            for (const [start, end] of options.locked || []) {
                const left = scales.x.getPixelForValue(start);
                ctx.fillStyle = options.colour;
                ctx.fillRect(left, area.top, scales.x.getPixelForValue(end) - left, area.height);
            }
            if (options.now >= scales.x.min && options.now < scales.x.max) {
                ctx.strokeStyle = options.line;
                ctx.beginPath();
                ctx.moveTo(scales.x.getPixelForValue(options.now), area.top);
                ctx.lineTo(scales.x.getPixelForValue(options.now), area.bottom);
                ctx.stroke();
            }
            ctx.restore();
        },
    };

    function lockedRanges(slots) {
        const ranges = [];
        for (const slot of slots.filter((one) => one.limit && one.limit.computed.trading_locked)) {
            const last = ranges[ranges.length - 1];
            if (last && last[1] === slot.start) last[1] = slot.end;
            else ranges.push([slot.start, slot.end]);
        }
        return ranges;
    }

    /* Reserved power of each market, those of one sign on top of each other. */
    function reservations(slots, markets) {
        const up = new Map(), down = new Map();
        return markets.flatMap((market, index) => {
            const tint = MARKETS[index % MARKETS.length];
            return [[up, Math.max], [down, Math.min]].map(([base, side], which) => {
                const data = [];
                for (const slot of slots) {
                    const from = base.get(slot.start) || 0;
                    const power = side(0, slot.reserved.get(market) || 0);
                    base.set(slot.start, from + power);
                    const bar = power ? [from, from + power] : null;
                    data.push({ x: (slot.start + slot.end) / 2, y: bar });
                }
                return {
                    type: "bar", label: market, data, backgroundColor: `${tint}99`, borderColor: tint, grouped: false,
                    barThickness: "flex", barPercentage: 1, categoryPercentage: 1, order: 5, twin: which === 1,
                };
            }).filter((set) => set.data.some((point) => point.y));
        });
    }

    function dispatched(day) {
        const points = [];
        for (const one of day.dispatches || []) {
            const start = Math.max(Date.parse(one.start_time), day.from), end = Math.min(Date.parse(one.end_time), day.to);
            if (end <= start) continue;
            const power = number(one.power);
            points.push({ x: start, y: power }, { x: end - 1, y: power }, { x: end, y: null });
        }
        return points;
    }

    function axes(day, unit) {
        const said = clock(day.zone);
        const grid = colour("--desk-line", "#e5e7eb"), text = colour("--desk-quiet", "#4b5563");
        return {
            x: {
                type: "linear", min: day.from, max: day.to, grid: { color: grid }, border: { color: grid },
                afterBuildTicks: (axis) => {
                    const step = axis.width < 500 ? 16 : 8;
                    axis.ticks = day.grid.filter((_slot, index) => index % step === 0).map((slot) => ({ value: slot.start }));
                },
                ticks: { callback: (at) => said(at), color: text, maxRotation: 0, autoSkip: false },
            },
            y: { title: { display: true, text: unit, color: text }, grid: { color: grid }, ticks: { color: text, callback: (value) => shown(value) } },
        };
    }

    function tooltip(day, lines) {
        const local = exactClock(day.zone), utc = clock("UTC");
        return {
            callbacks: {
                title: (items) => {
                    const slot = day.slotAt(items[0].parsed.x);
                    const edges = slot && { start: local(slot.start), end: local(slot.end), utc: utc(slot.start) };
                    return slot ? say("slot", edges) : "";
                },
                label: (item) => {
                    const bar = item.raw.y;
                    const value = Array.isArray(bar) ? bar[1] - bar[0] : item.parsed.y;
                    return `${item.dataset.label}: ${shown(value)}`;
                },
                afterBody: (items) => lines(day.slotAt(items[0].parsed.x)),
            },
        };
    }

    function draw(canvas, day, { datasets, unit, lines }) {
        Chart.getChart(canvas)?.destroy();
        return new Chart(canvas, {
            type: "line",
            data: { datasets },
            plugins: [shades],
            options: {
                animation: false, maintainAspectRatio: false, parsing: true, normalized: true,
                interaction: { mode: "nearest", axis: "x", intersect: false },
                scales: axes(day, unit),
                plugins: {
                    legend: {
                        position: "bottom",
                        labels: {
                            color: colour("--desk-text", "#374151"), boxWidth: 14,
                            filter: (item, data) => !data.datasets[item.datasetIndex].twin,
                        },
                    },
                    tooltip: tooltip(day, lines),
                    shades: {
                        locked: lockedRanges(day.grid), colour: "rgb(185 28 28 / 14%)", now: Date.now(),
                        line: colour("--desk-quiet", "#6b7280"),
                    },
                },
            },
        });
    }

    function binding(slot, names) {
        if (!slot || !slot.limit) return [];
        const { computed } = slot.limit;
        const said = Object.entries(names)
            .filter(([name]) => computed.binding[name])
            .map(([name, what]) => say("bound", {
                what, value: name === "trading_locked" ? "" : shown(computed[name]), source: source(computed.binding[name]),
            }));
        return said.length ? ["", ...said] : [];
    }

    function power(canvas, day, sources) {
        const tint = colour("--desk-tint", "#0e7490");
        const line = (name, label, more) => ({
            label, data: corners(day.grid, (slot) => number(slot.limit?.computed[name])), borderColor: tint, ...stepped, ...more,
        });
        const datasets = [
            line("power_charge", say("charge_limit"), { fill: false, order: 8 }),
            line("power_discharge", say("discharge_limit"), { fill: "-1", backgroundColor: "rgb(14 116 144 / 12%)", order: 8 }),
            ...sources.flatMap((given, index) => ["power_charge", "power_discharge"].map((name, which) => ({
                label: source(given), twin: which === 1, ...stepped, borderWidth: 1, borderDash: SOURCE_DASHES[index % 5],
                borderColor: colour("--desk-quiet", "#6b7280"), order: 7,
                data: corners(day.grid, (slot) => number(slot.limit?.sources.find((one) => one.source === given)?.[name])),
            }))),
            ...reservations(day.grid, day.markets),
            {
                label: say("forecast"), ...stepped, borderColor: "#15803d", borderWidth: 2, order: 2,
                data: corners(day.grid, (slot) => slot.forecast),
            },
            {
                label: say("dispatched"), ...stepped, borderColor: colour("--desk-strong", "#111827"), borderWidth: 2, order: 1,
                data: dispatched(day),
            },
        ].filter((set) => set.data.some((point) => point.y !== null));
        const names = {
            power_charge: say("charge"), power_discharge: say("discharge"), trading_locked: say("trading_locked"),
        };
        return draw(canvas, day, { datasets, unit: "MW", lines: (slot) => binding(slot, names) });
    }

    function energy(canvas, day) {
        const tint = colour("--desk-tint", "#0e7490");
        const line = (name, label, more) => ({
            label, data: corners(day.grid, (slot) => number(slot.limit?.computed[name])), borderColor: tint, ...stepped, ...more,
        });
        const datasets = [
            line("energy_low", say("keep_at_least"), { fill: false }),
            line("energy_high", say("keep_at_most"), { fill: "-1", backgroundColor: "rgb(14 116 144 / 12%)" }),
            {
                label: say("stored_energy"), borderColor: colour("--desk-strong", "#111827"), borderWidth: 2, pointRadius: 1.5,
                data: (day.state_snapshots || []).map((one) => ({
                    x: Date.parse(one.effective_at), y: number(one.energy.value),
                })),
            },
        ].filter((set) => set.data.some((point) => point.y !== null));
        const names = { energy_low: say("at_least"), energy_high: say("at_most") };
        return draw(canvas, day, { datasets, unit: "MWh", lines: (slot) => binding(slot, names) });
    }

    /* What a site's point of connection allows, what its assets may do together, and what it delivers. */
    function site(canvas, day) {
        const tint = colour("--desk-tint", "#0e7490"), quiet = colour("--desk-quiet", "#6b7280");
        const line = (label, read, more) => ({ label, data: corners(day.grid, read), ...stepped, ...more });
        const datasets = [
            line(say("import_limit"), (slot) => number(slot.poc?.power_import), { borderColor: tint, fill: false }),
            line(say("export_limit"), (slot) => number(slot.poc?.power_export), {
                borderColor: tint, fill: "-1", backgroundColor: "rgb(14 116 144 / 12%)",
            }),
            line(say("may_charge"), (slot) => number(slot.allowed?.charge), { borderColor: quiet, borderDash: [6, 3] }),
            line(say("may_discharge"), (slot) => number(slot.allowed?.discharge), {
                borderColor: quiet, borderDash: [6, 3],
            }),
            line(say("delivered"), (slot) => number(slot.delivered), { borderColor: "#15803d", borderWidth: 2 }),
        ].filter((set) => set.data.some((point) => point.y !== null));
        const more = (slot) => (slot?.allowed ? ["", say("limited", { limited: slot.allowed.limited, assets: day.assets })] : []);
        return draw(canvas, day, { datasets, unit: "MW", lines: more });
    }

    return { SLOT, words, say, count, shown, source, clock, exactClock, number, power, energy, site };
})();
