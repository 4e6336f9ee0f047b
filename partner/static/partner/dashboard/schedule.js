// The maintenance schedule as a calendar: what is to be done on which day.

import { element, empty, folded, heading } from "./dom.js";
import { number, ofDay } from "./format.js";
import { badge } from "./signals.js";

const SHOWN = 5;
const WORDS = { inspection: "Inspection", corrective_maintenance: "Corrective maintenance", scheduled_service: "Scheduled service" };

function task(found) {
    const hours = found.estimated_duration_hours;
    return element(
        "li",
        {},
        element("p", { class: "what" }, WORDS[found.task_type] || found.task_type, element("span", {}, ` ${found.asset_id}`)),
        element("p", { class: "note" }, `${found.reason}. About ${number(hours, Number.isInteger(hours) ? 0 : 1)} ${hours === 1 ? "hour" : "hours"}.`),
        badge(found.priority),
    );
}

function dated([date, tasks]) {
    const leaf = element(
        "time",
        { class: "leaf", datetime: date },
        element("span", {}, ofDay(date, "weekday")),
        element("strong", {}, ofDay(date, "number")),
    );
    return element("li", { class: "date" }, leaf, element("ul", {}, tasks.map(task)));
}

function byDay(tasks) {
    const days = new Map();
    tasks.forEach((one) => days.set(one.recommended_date, [...(days.get(one.recommended_date) || []), one]));
    return [...days];
}

// Days with the month's name before the first of each month.
function calendar(days) {
    let month = null;
    return days.flatMap((one) => {
        const name = ofDay(one[0], "month");
        const isNew = name !== month;
        month = name;
        return isNew ? [element("li", { class: "month" }, element("h3", {}, name)), dated(one)] : [dated(one)];
    });
}

export function schedule(place, { document: found, state }, view, show) {
    const title = heading("schedule-title", "Maintenance schedule", element("p", { class: "note" }, "Next 90 days"));
    if (!found) {
        place.replaceChildren(title, empty(state === "missing" ? "The schedule is not computed yet." : "Loading the schedule"));
        return;
    }
    const days = byDay(found.tasks);
    const shown = view.isOpen ? days : days.slice(0, SHOWN);
    const list = element("ol", { class: "calendar" }, calendar(shown));
    const more = folded(element("ol"), days, { shown: SHOWN, word: "days", isOpen: view.isOpen, opened: (isOpen) => show({ isOpen }) }).slice(1);
    place.replaceChildren(title, ...(days.length ? [list, ...more] : [empty("Nothing is due in the next 90 days.")]));
}
