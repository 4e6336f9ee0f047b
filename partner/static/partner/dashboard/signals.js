// Maintenance signals, the worst of them to be picked out by severity.

import { element, empty, folded, heading } from "./dom.js";
import { instant } from "./format.js";

const SEVERITIES = ["Critical", "High", "Medium", "Low"];
const SHOWN = 5;

export const badge = (severity) => element("span", { class: `badge ${severity.toLowerCase()}` }, severity);

function counts(summary, chosen, choose) {
    const buttons = SEVERITIES.map((severity) => {
        const count = summary.by_severity[severity] || 0;
        const isChosen = chosen === severity;
        const says = `${count} ${severity}`;
        return element(
            "button",
            { type: "button", class: `count ${severity.toLowerCase()}`, "aria-pressed": String(isChosen), "aria-label": `${says}, show only these`, disabled: count === 0, onclick: () => choose(isChosen ? null : severity) },
            element("strong", {}, String(count)),
            severity,
        );
    });
    return element("div", { class: "counts", role: "group", "aria-label": "Signals by severity" }, buttons);
}

function item(signal) {
    return element(
        "li",
        { class: "signal" },
        badge(signal.severity),
        element(
            "div",
            {},
            element("p", { class: "what" }, signal.type, element("span", {}, ` ${signal.asset_id}`)),
            element("p", { class: "note" }, signal.description),
            element("p", { class: "note" }, "Detected ", element("time", { datetime: signal.timestamp }, instant(signal.timestamp))),
        ),
    );
}

// `view`: which severity is picked and whether all are shown; `show` draws again with another one.
export function signals(place, { document: found, state }, view, show) {
    const title = heading("signals-title", "Maintenance signals");
    if (!found) {
        place.replaceChildren(title, empty(state === "missing" ? "Signals are not computed yet." : "Loading the signals"));
        return;
    }
    const severity = found.summary.by_severity[view.severity] ? view.severity : null;
    const kept = found.signals.filter((one) => !severity || one.severity === severity);
    const list = element("ul", { class: "list" });
    place.replaceChildren(
        title,
        counts(found.summary, severity, (picked) => show({ severity: picked, isOpen: false })),
        ...(kept.length
            ? folded(list, kept.map(item), { shown: SHOWN, word: "signals", isOpen: view.isOpen, opened: (isOpen) => show({ severity, isOpen }) })
            : [empty("Nothing is wrong with the inverters, as far as their readings tell.")]),
    );
}
