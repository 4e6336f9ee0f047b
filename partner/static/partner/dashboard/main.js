// Asks for the key, starts a feed for each document, and draws what they bring. The key is in a variable and nowhere else.

import { Feed } from "./feed.js";
import { forecast } from "./forecast.js";
import { freshness, glance } from "./freshness.js";
import { number } from "./format.js";
import { schedule } from "./schedule.js";
import { signals } from "./signals.js";
import { period, tiles } from "./tiles.js";

const site = document.body.dataset.site;
const by = (id) => document.getElementById(id);
const WHY = {
    asked: "A partner key shows the figures of the sites that it was issued for.",
    refused: "This key opens nothing: it is unknown, expired or revoked.",
    forbidden: `This key does not open ${site}.`,
    forgotten: "The key is forgotten.",
};
const address = (name, more = {}) => `./${name}?${new URLSearchParams({ site_id: site, ...more })}`;

let feeds = {};
let views = {};

function draw(name) {
    const show = (view) => {
        views[name] = { ...views[name], ...view };
        draw(name);
    };
    const drawn = {
        rollup: () => tiles(by("tiles"), feeds.rollup),
        forecast: () =>
            forecast(by("forecast"), feeds.forecast, {
                choose: (hours) => feeds.forecast.move(address("forecast-snapshot", { horizon: `${hours}h` })),
                isOpen: views.forecast.isOpen,
                opened: (isOpen) => Object.assign(views.forecast, { isOpen }),
            }),
        signals: () => signals(by("signals"), feeds.signals, views.signals, show),
        schedule: () => schedule(by("schedule"), feeds.schedule, views.schedule, show),
    };
    const focused = place(document.activeElement);
    drawn[name]();
    focused();
}

// Whoever was at a button stays there when it is drawn anew.
function place(active) {
    const section = active && active.closest("section");
    const index = section ? [...section.querySelectorAll("button, summary")].indexOf(active) : -1;
    return () => {
        const again = index < 0 || document.contains(active) ? null : section.querySelectorAll("button, summary")[index];
        if (again) {
            again.focus();
        }
    };
}

function status() {
    const all = Object.values(feeds);
    if (all.length) {
        glance(by("state"), by("notice"), all);
        freshness(by("freshness"), all);
    }
}

function subtitle() {
    const found = feeds.rollup.document;
    if (found) {
        by("subtitle").textContent = `${number(found.system.rated_capacity_kw)} kW solar, ${period(found.period)}`;
    }
}

function changed(name) {
    let seen;
    return (feed) => {
        if (["refused", "forbidden"].includes(feed.state)) {
            ask(feed.state);
            return;
        }
        const now = `${feed.etag} ${feed.state === "missing"} ${feed.address}`;
        if (now !== seen) {
            seen = now;
            draw(name);
            subtitle();
        }
        status();
    };
}

// The board, with a key.
function open(key) {
    const feed = (name, said, asked) => new Feed({ name: said, address: asked, key, changed: changed(name) });
    feeds = {
        rollup: feed("rollup", "Key figures", address("kpi-rollup")),
        forecast: feed("forecast", "Forecast", address("forecast-snapshot", { horizon: "24h" })),
        signals: feed("signals", "Signals", address("maintenance-signals")),
        schedule: feed("schedule", "Schedule", address("maintenance-schedule")),
    };
    views = { forecast: { isOpen: false }, signals: { severity: null, isOpen: false }, schedule: { isOpen: false } };
    by("ask").hidden = true;
    by("board").hidden = by("forget").hidden = false;
    Object.keys(feeds).forEach(draw);
    status();
    Object.values(feeds).forEach((one) => one.ask());
}

// The form, and why it is there.
function ask(why) {
    Object.values(feeds).forEach((one) => one.end());
    feeds = {};
    by("board").hidden = by("forget").hidden = by("notice").hidden = true;
    ["tiles", "forecast", "signals", "schedule", "freshness"].forEach((id) => by(id).replaceChildren());
    by("subtitle").textContent = "Solar plant";
    by("state").textContent = "";
    by("ask").hidden = false;
    by("why").textContent = WHY[why];
    by("why").className = ["refused", "forbidden"].includes(why) ? "wrong" : "";
    by("key").value = "";
    if (why !== "asked") {
        by("key").focus();
    }
}

by("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const key = by("key").value.trim();
    by("key").value = "";
    if (/^[\x21-\x7e]+$/.test(key)) {
        open(key);
    } else {
        ask("refused"); // no header can hold it
    }
});
by("forget").addEventListener("click", () => ask("forgotten"));
document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
        Object.values(feeds).forEach((one) => one.ask());
    }
});
window.addEventListener("online", () => Object.values(feeds).forEach((one) => one.ask()));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => feeds.forecast && draw("forecast"));
setInterval(status, 1000);
ask("asked");
