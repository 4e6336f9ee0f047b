/* An import that the worker is at: its progress, asked for until it is done. */
"use strict";

(() => {
    const bar = document.getElementById("import-progress");
    if (!bar) return;

    async function look() {
        try {
            const answer = await fetch(bar.dataset.url, { headers: { Accept: "application/json" } });
            const said = await answer.json();
            if (!said.is_under_way) {
                location.reload();
                return;
            }
            if (said.total) {
                bar.max = said.total;
                bar.value = said.done;
            }
        } catch {
            // asked again: the server may just be restarted
        }
        setTimeout(look, 1000);
    }

    bar.removeAttribute("value");
    look();
})();
