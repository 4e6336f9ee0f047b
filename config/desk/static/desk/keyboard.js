/* What the theme leaves to the mouse alone: its own controls that are no buttons are reached and pressed by keyboard. */
"use strict";

(() => {
    const NATIVE = "a[href], button, input, select, textarea, summary, [role]";
    const LEFT_OUT = "#changelist-filter-close"; // the ground beside the filters, which the theme closes with Escape
    const PRESSED = `[x-on\\:click]:not(${NATIVE}, ${LEFT_OUT})`;
    /* Symbols are not words: what such a control is called, by the state that it changes. The page has the words. */
    let words = {};

    function reach(control) {
        const said = control.getAttribute("x-on:click");
        control.setAttribute("role", "button");
        control.tabIndex = 0;
        const state = Object.keys(words).find((name) => said.startsWith(name));
        if (state) control.setAttribute("aria-label", words[state]);
        control.addEventListener("keydown", (event) => {
            if (event.target !== control || (event.key !== "Enter" && event.key !== " ")) return;
            event.preventDefault();
            control.click();
        });
        if (said.startsWith("openUserLinks")) tell(control, control.parentElement.querySelector("[x-show]"));
        if (said.startsWith("switchTheme")) tellChosen(control);
        if (said.startsWith("filterOpen")) lead(control);
    }

    /* Whether its menu is open, which Escape closes. */
    function tell(control, menu) {
        const isOpen = () => menu.style.display !== "none" && !menu.hasAttribute("x-cloak");
        const say = () => control.setAttribute("aria-expanded", String(isOpen()));
        new MutationObserver(say).observe(menu, { attributeFilter: ["style", "x-cloak"] });
        say();
        menu.parentElement.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !isOpen()) return;
            control.click();
            control.focus();
        });
    }

    /* Which theme it is, told by the theme with a colour. */
    function tellChosen(control) {
        const say = () => control.setAttribute("aria-pressed", String(control.classList.contains("text-primary-600")));
        new MutationObserver(say).observe(control, { attributeFilter: ["class"] });
        say();
    }

    /* Into the filters that it opens, and back when they close. */
    function lead(control) {
        const filters = document.getElementById("changelist-filter");
        let isAsked = false;
        control.addEventListener("click", () => { isAsked = true; });
        new MutationObserver(() => {
            if (!isAsked || filters.style.display === "none") return;
            isAsked = false;
            filters.querySelector("a[href], button, input, select")?.focus();
        }).observe(filters, { attributeFilter: ["style"] });
        document.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && filters.contains(document.activeElement)) control.focus();
        });
    }

    function reachAll() {
        document.querySelectorAll(PRESSED).forEach(reach);
    }

    document.addEventListener("DOMContentLoaded", () => {
        words = JSON.parse(document.getElementById("theme-words").textContent);
        reachAll();
        new MutationObserver(reachAll).observe(document.body, { childList: true, subtree: true });
    });
})();
