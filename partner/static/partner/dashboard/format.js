// Numbers, money and times as people read them. Times are those of the browser's own time zone.

const NONE = "–";
const LOCALE = "en-GB";

const given = (value) => value !== null && value !== undefined;

export function number(value, digits = 0) {
    return given(value) ? value.toLocaleString(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }) : NONE;
}

export const percent = (value, digits = 1) => (given(value) ? `${number(value, digits)} %` : NONE);

// Energy in kWh, with as many digits as say something; from 10 MWh on in MWh.
export function energy(kwh) {
    if (!given(kwh)) {
        return NONE;
    }
    return Math.abs(kwh) >= 10000 ? `${number(kwh / 1000, 1)} MWh` : `${number(kwh, Math.abs(kwh) < 10 ? 1 : 0)} kWh`;
}

export const power = (kw) => (given(kw) ? `${number(kw, Math.abs(kw) < 10 ? 1 : 0)} kW` : NONE);

export function money(value, currency) {
    if (!given(value)) {
        return NONE;
    }
    const digits = Math.abs(value) < 100 ? 2 : 0;
    return `${currency} ${number(value, digits)}`;
}

// A money field of a document by the beginning of its name, and its currency, which is the end of it.
export function moneyField(block, beginning) {
    const name = Object.keys(block || {}).find((one) => one.startsWith(beginning) && one.length === beginning.length + 3);
    return name ? { value: block[name], currency: name.slice(-3).toUpperCase() } : { value: null, currency: "" };
}

const time = (options) => new Intl.DateTimeFormat(LOCALE, options);
const CLOCK = time({ hour: "2-digit", minute: "2-digit" });
const DAY = time({ weekday: "short", day: "numeric", month: "short" });
const INSTANT = time({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const LONG = time({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const clock = (text) => (text ? CLOCK.format(new Date(text)) : NONE);
export const day = (text) => (text ? DAY.format(new Date(text)) : NONE);
export const instant = (text) => (text ? INSTANT.format(new Date(text)) : NONE);
export const longInstant = (text) => (text ? LONG.format(new Date(text)) : NONE);
export const zone = () => time({}).resolvedOptions().timeZone;

// A date without a time is a day of the site, whatever the browser's zone.
const part = (options) => new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" });
const PARTS = {
    month: part({ month: "long", year: "numeric" }),
    weekday: part({ weekday: "short" }),
    number: part({ day: "numeric" }),
    short: part({ day: "numeric", month: "short" }),
};
export const ofDay = (text, kind) => PARTS[kind].format(new Date(`${text}T00:00:00Z`));

// How long ago, in the largest unit that fits.
export function ago(text, now = Date.now()) {
    if (!text) {
        return NONE;
    }
    const seconds = Math.round((now - Date.parse(text)) / 1000);
    const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
    const [unit, size] = units.find(([, one]) => Math.abs(seconds) >= one) || ["second", 1];
    return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(-Math.trunc(seconds / size), unit);
}
