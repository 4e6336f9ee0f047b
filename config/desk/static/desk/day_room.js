/* A delivery day's section: fetches the day that is asked for and hands it on to be shown; for assets and sites. */
"use strict";

window.dayRoom = (room, show) => {
    const { SLOT, say } = window.DayChart;
    const part = (name) => room.querySelector(`[data-${name}]`);
    const input = document.getElementById("day-date");
    let day = null, asked = 0;

    /* The day with its edges as numbers, and its slots, empty yet. */
    function laid(found) {
        const from = Date.parse(found.start), to = Date.parse(found.end);
        const grid = [];
        for (let start = from; start < to; start += SLOT) {
            grid.push({ start, end: start + SLOT, limit: null, reserved: new Map(), forecast: null });
        }
        return { ...found, from, to, grid, markets: [], slotAt: (at) => grid[Math.floor((at - from) / SLOT)] };
    }

    async function load(text) {
        const turn = ++asked;
        try {
            const answer = await fetch(`${room.dataset.address}?day=${encodeURIComponent(text)}`, {
                headers: { Accept: "application/json" },
            });
            if (turn !== asked) return;
            if (!answer.ok) throw new Error(say("answered", { status: answer.status }));
            day = laid(await answer.json());
            input.value = day.day;
            show(day);
            room.dataset.shown = day.day;
        } catch (error) {
            if (turn === asked) part("said").textContent = say("failed", { why: error.message });
        }
    }

    function moved(by) {
        const base = new Date(`${input.value || new Date().toISOString().slice(0, 10)}T12:00:00Z`);
        base.setUTCDate(base.getUTCDate() + by);
        return base.toISOString().slice(0, 10);
    }

    for (const button of room.querySelectorAll("[data-move]")) {
        button.addEventListener("click", () => load(moved(Number(button.dataset.move))));
    }
    part("today").addEventListener("click", () => load(""));
    input.addEventListener("change", () => { if (input.value) load(input.value); });
    new MutationObserver(() => { if (day) show(day); }).observe(document.documentElement, { attributeFilter: ["class"] });
    load(new URLSearchParams(location.search).get("day") || "");
};

/* What holds in a slot: of periods that may be longer, what they say of it. */
window.dayRoom.overlay = (slots, periods, put) => {
    for (const one of periods || []) {
        const start = Date.parse(one.start_time), end = Date.parse(one.end_time);
        for (const slot of slots) if (start <= slot.start && slot.start < end) put(slot, one);
    }
};

window.dayRoom.element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
};
