/* A site's delivery day: its point of connection against its assets, its output, and how its inverters are doing. */
"use strict";

(() => {
    const room = document.getElementById("site-day");
    if (!room) return;
    const { words, say, count, shown, exactClock, number, site } = window.DayChart;
    const { overlay, element } = window.dayRoom;
    const part = (name) => room.querySelector(`[data-${name}]`);
    const FIGURES = ["system_pr", "pr_target", "true_uptime_pct", "availability_pct"];

    function lay(day) {
        overlay(day.grid, day.limits, (slot, one) => { slot.poc = one; });
        for (const one of day.allowed || []) {
            const slot = day.slotAt(Date.parse(one.start_time));
            if (slot) slot.allowed = one;
        }
        for (const one of day.output || []) {
            const slot = day.slotAt(Date.parse(one.start_time));
            if (slot) slot.delivered = one.power;
        }
    }

    function summarise(day) {
        const beyond = day.grid.filter(({ poc, allowed }) => poc && allowed
            && (number(allowed.discharge) > number(poc.power_export) || number(allowed.charge) < number(poc.power_import)));
        part("said").textContent = [
            count("slots", day.slots, { zone: day.zone }),
            count("poc_limits", (day.limits || []).length),
            day.assets === undefined ? "" : count("assets", day.assets),
            beyond.length ? count("beyond", beyond.length) : "",
        ].filter(Boolean).join(" · ");
    }

    function showFigures({ performance }) {
        const figures = FIGURES.filter((name) => performance && performance[name] !== null);
        part("figures").replaceChildren(...figures.map((name) => {
            const item = element("li", "", { class: "desk-figure" });
            item.append(element("b", shown(Math.round(performance[name] * 1000) / 1000)), ` ${say(name)}`);
            return item;
        }));
    }

    function showReadings(day) {
        const local = exactClock(day.zone, { year: "numeric", month: "2-digit", day: "2-digit" });
        part("readings").replaceChildren(...(day.readings || []).map((one) => {
            const row = element("tr", "");
            const when = element("td", "");
            when.append(element("time", local(Date.parse(one.time)), { datetime: one.time, title: one.time }));
            row.append(
                element("th", one.inverter_id, { scope: "row" }), when, element("td", one.power_kw === null ? "" : shown(one.power_kw)),
                element("td", words.states[one.state] || one.state || ""), element("td", one.temperature_c === null ? "" : shown(one.temperature_c)),
            );
            return row;
        }));
    }

    window.dayRoom(room, (day) => {
        lay(day);
        summarise(day);
        showFigures(day);
        site(part("power"), day);
        showReadings(day);
    });
})();
