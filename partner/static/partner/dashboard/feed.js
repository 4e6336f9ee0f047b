// One document of the API, asked for again and again: with its ETag, when it is due, and patiently where that fails.

const SOONEST = 5000;
const LATEST = 60000;
const LONGEST_WAIT = 300000;
const GIVE_UP_AFTER = 20000;
const STOPPED = ["refused", "forbidden", "wrong"];

export class Feed {
    constructor({ name, address, key, changed }) {
        Object.assign(this, { name, address, key, changed });
        this.document = null;
        this.etag = null;
        this.state = "loading";
        this.failures = 0;
        this.timer = null;
        this.asking = 0;
        this.isEnded = false;
    }

    // Ask now; an earlier question that is still open no longer counts.
    async ask() {
        clearTimeout(this.timer);
        if (this.isEnded) {
            return;
        }
        this.asking += 1;
        const asking = this.asking;
        const headers = { "x-api-key": this.key };
        if (this.etag) {
            headers["If-None-Match"] = this.etag;
        }
        let wait;
        try {
            const signal = AbortSignal.timeout(GIVE_UP_AFTER);
            const answer = await fetch(this.address, { headers, signal, cache: "no-store", credentials: "omit" });
            const body = answer.status === 304 ? null : await answer.json();
            if (asking !== this.asking || this.isEnded) {
                return;
            }
            wait = this.take(answer, body);
        } catch {
            if (asking !== this.asking || this.isEnded) {
                return;
            }
            wait = this.fail("offline");
        }
        this.retryAt = Date.now() + wait;
        if (!STOPPED.includes(this.state)) {
            this.timer = setTimeout(() => (document.hidden ? null : this.ask()), wait);
        }
        this.changed(this); // last, so that what goes wrong in drawing does not end the asking
    }

    // What an answer means; how many milliseconds to wait before the next question.
    take(answer, body) {
        const { status, headers } = answer;
        if (status === 200 || status === 304) {
            return this.keep(answer, body);
        }
        if (status === 404) {
            Object.assign(this, { document: null, etag: null });
            return this.fail("missing", 30000);
        }
        const states = { 400: "wrong", 401: "refused", 403: "forbidden", 429: "limited" };
        return this.fail(states[status] || "unavailable", Number(headers.get("Retry-After")) * 1000);
    }

    keep({ status, headers }, body) {
        if (status === 200) {
            this.document = body;
            this.etag = headers.get("ETag");
        }
        this.state = this.document && this.document.stale ? "stale" : "fresh";
        this.failures = 0;
        this.checkedAt = headers.get("Snapshot-Checked-At");
        this.nextAt = headers.get("Snapshot-Next-At");
        this.loadedAt = Date.now();
        const due = Date.parse(this.nextAt) - Date.now() + 1000 + Math.random() * 2000;
        return Math.min(Math.max(due || LATEST, SOONEST), LATEST);
    }

    // Each failure doubles the wait; a server that says how long is believed.
    fail(state, wait = 0) {
        this.state = state;
        this.failures += 1;
        return Math.min(wait || SOONEST * 2 ** (this.failures - 1), LONGEST_WAIT);
    }

    // Another question, for another document.
    move(address) {
        Object.assign(this, { address, etag: null });
        this.ask();
    }

    end() {
        this.isEnded = true;
        clearTimeout(this.timer);
    }
}
