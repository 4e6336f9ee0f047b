// How fresh everything is: a word at the top, a sentence where something is amiss, a row for each document at the bottom.

import { element, heading } from "./dom.js";
import { ago, clock, instant, zone } from "./format.js";

const WORDS = {
    fresh: "Current",
    stale: "Stale",
    missing: "Not computed yet",
    loading: "Loading",
    limited: "Waiting",
    unavailable: "Unavailable",
    offline: "Offline",
    wrong: "Not answered",
    forbidden: "Not permitted",
    refused: "Not permitted",
};
const BAD = ["offline", "unavailable", "limited", "stale", "wrong"];

// The most urgent state that any document is in; one that is not computed yet says nothing about the others.
function worst(feeds) {
    const isIn = (state) => feeds.some((feed) => feed.state === state);
    return [...BAD, "loading", "fresh"].find(isIn) || "missing";
}

function lastLoaded(feeds) {
    const loaded = feeds.map((feed) => feed.loadedAt || 0).filter(Boolean);
    return loaded.length ? new Date(Math.max(...loaded)).toISOString() : null;
}

function wait(feeds) {
    const soonest = Math.min(...feeds.map((feed) => feed.retryAt).filter(Boolean));
    const seconds = Math.max(Math.round((soonest - Date.now()) / 1000), 0);
    return Number.isFinite(seconds) && seconds > 0 ? `in ${seconds} ${seconds === 1 ? "second" : "seconds"}` : "now";
}

function sentence(state, feeds) {
    const concerned = feeds.filter((feed) => feed.state === state);
    const loaded = lastLoaded(feeds);
    const shown = loaded ? ` What is shown was loaded at ${clock(loaded)}.` : "";
    const names = concerned.map((feed) => feed.name.toLowerCase()).join(", ");
    const sentences = {
        offline: () => `The desk cannot be reached.${shown} Trying again ${wait(concerned)}.`,
        unavailable: () => `The desk cannot answer right now.${shown} Trying again ${wait(concerned)}.`,
        limited: () => `This key has asked too often.${shown} Trying again ${wait(concerned)}.`,
        stale: () => `Not computed anew for a while: ${names}. What is shown is the last good state.`,
        wrong: () => `The desk does not understand what this page asks: ${names}. Load the page again.`,
    };
    return state in sentences ? sentences[state]() : "";
}

const TONES = { fresh: "good", loading: "", missing: "poor", stale: "poor", limited: "poor", offline: "bad", unavailable: "bad", wrong: "bad" };

function say(place, text) {
    if (place.textContent !== text) {
        place.textContent = text; // only where it differs: whoever listens is not told twice
    }
}

// Above the board: a word, and a sentence where something is amiss.
export function glance(state, notice, feeds) {
    const found = worst(feeds);
    const loaded = lastLoaded(feeds);
    state.className = `state ${TONES[found]}`;
    state.title = loaded ? `Last answer ${ago(loaded)}` : "";
    say(state, WORDS[found]);
    notice.className = `notice ${TONES[found]}`;
    say(notice, sentence(found, feeds));
    notice.hidden = notice.textContent === "";
}

function row(feed) {
    const { document: found, state, checkedAt, nextAt } = feed;
    const cell = (text, label) => element("td", { "data-label": label }, text);
    return element(
        "tr",
        {},
        element("th", { scope: "row" }, feed.name),
        element("td", { "data-label": "State" }, element("span", { class: `state ${TONES[state] ?? "poor"}` }, WORDS[state])),
        cell(found ? instant(found.data_through) : "–", "Data through"),
        cell(found ? instant(found.generated_at) : "–", "Changed"),
        cell(found && checkedAt ? clock(checkedAt) : "–", "Checked"),
        cell(found && nextAt ? clock(nextAt) : "–", "Next check"),
    );
}

export function freshness(place, feeds) {
    const head = ["Document", "State", "Data through", "Changed", "Checked", "Next check"].map((name) => element("th", { scope: "col" }, name));
    place.replaceChildren(
        heading("freshness-title", "Freshness", element("p", { class: "note" }, `Times in ${zone()}`)),
        element("table", { class: "stacked" }, element("thead", {}, element("tr", {}, head)), element("tbody", {}, feeds.map(row))),
    );
}
