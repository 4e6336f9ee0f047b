/* An asset's delivery day: laid on its slots, and shown as charts, statuses and a table. */
"use strict";

(() => {
    const room = document.getElementById("day");
    if (!room) return;
    const { words, say, count, shown: decimal, source, clock, exactClock, number, power, energy } = window.DayChart;
    const { overlay, element } = window.dayRoom;
    const part = (name) => room.querySelector(`[data-${name}]`);
    const shown = new Set();
    let day = null;

    function lay(found) {
        overlay(found.grid, found.limits, (slot, one) => { slot.limit = one; });
        overlay(found.grid, found.reservations, (slot, one) => {
            slot.reserved.set(one.market, (slot.reserved.get(one.market) || 0) + number(one.power));
        });
        overlay(found.grid, found.forecasts, (slot, one) => {
            slot.forecast = number(one.generation) - number(one.consumption);
        });
        found.markets = [...new Set((found.reservations || []).map((one) => one.market))].sort();
        found.isLaid = true;
    }

    function showSources() {
        const names = [...new Set((day.limits || []).flatMap((one) => one.sources.map((each) => each.source)))];
        part("sources").replaceChildren(...names.map((name) => {
            const label = element("label", "", { class: "desk-choice" });
            const box = element("input", "", { type: "checkbox", value: name });
            box.checked = shown.has(name);
            box.addEventListener("change", () => {
                if (box.checked) shown.add(name);
                else shown.delete(name);
                power(part("power"), day, [...shown]);
            });
            label.append(box, ` ${source(name)}`);
            return label;
        }));
    }

    function showStatuses() {
        const local = exactClock(day.zone, { second: "2-digit" });
        const entries = (day.statuses || []).map((one) => {
            const item = element("li", "");
            const when = element("time", local(Date.parse(one.effective_at)), { datetime: one.effective_at, title: one.effective_at });
            const why = one.reasons.map((each) => each.detail || words.reasons[each.category] || each.category).join("; ");
            item.append(when, element("span", words.statuses[one.status] || one.status, { class: "desk-badge", "data-status": one.status }), ` ${why}`);
            return item;
        });
        if (day.status_before) {
            const item = element("li", `${say("day_began")} `);
            item.append(element("span", words.statuses[day.status_before] || day.status_before, { class: "desk-badge", "data-status": day.status_before }));
            entries.unshift(item);
        }
        part("statuses").replaceChildren(...entries);
    }

    function showTable() {
        const local = exactClock(day.zone), utc = clock("UTC");
        const by = (limit, name) => {
            const value = limit?.computed[name];
            return value === null || value === undefined ? "" : `${decimal(value)} (${source(limit.computed.binding[name])})`;
        };
        part("rows").replaceChildren(...day.grid.map((slot) => {
            const { limit } = slot;
            const reserved = [...slot.reserved].map(([market, sum]) => `${market} ${decimal(sum)}`).join(", ");
            const locked = limit?.computed.trading_locked ? `${say("locked")} (${source(limit.computed.binding.trading_locked)})` : say("open");
            const low = by(limit, "energy_low"), high = by(limit, "energy_high");
            const band = low && high ? say("band", { low, high }) : low || high;
            const cells = [
                utc(slot.start), by(limit, "power_charge"), by(limit, "power_discharge"), band, locked, reserved,
                slot.forecast === null ? "" : decimal(slot.forecast),
            ];
            const row = element("tr", "");
            row.append(element("th", local(slot.start), { scope: "row" }), ...cells.map((text) => element("td", text)));
            return row;
        }));
    }

    function summarise() {
        const locks = day.grid.filter((slot) => slot.limit?.computed.trading_locked).length;
        const counted = [
            count("slots", day.slots, { zone: day.zone }),
            count("with_limits", (day.limits || []).length),
            locks ? count("locks", locks) : "",
            count("reservations", (day.reservations || []).length),
            count("dispatches", (day.dispatches || []).length),
            day.truncated.length ? say("truncated", { names: day.truncated.join(", ") }) : "",
        ];
        part("said").textContent = counted.filter(Boolean).join(" · ");
    }

    function show(found) {
        day = found;
        if (!day.isLaid) lay(day);
        const change = part("change");
        if (change) change.href = `${room.dataset.limits}&day=${day.day}`;
        summarise();
        showSources();
        power(part("power"), day, [...shown]);
        energy(part("energy"), day);
        showStatuses();
        showTable();
    }

    window.dayRoom(room, show);
})();
