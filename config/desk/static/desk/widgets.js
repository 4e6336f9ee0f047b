/* What other people's widgets leave unsaid: names that are heard, and whose password it is. */
"use strict";

(() => {
    const named = "data-named";
    const labelOf = (select) => select && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);

    /* A chooser's search field (select2's) says what it searches, as its label does. */
    function nameSearch(field) {
        const box = field.closest(".select2-container");
        const select = box?.previousElementSibling || document.querySelector(".select2-hidden-accessible");
        const label = labelOf(select);
        field.setAttribute("aria-label", label ? label.textContent.trim().replace(/\*$/, "") : document.title);
    }

    /* A chooser of one says what is chosen for what, and for what when nothing is. */
    function nameChoice(choice) {
        choice.setAttribute(named, "");
        const label = labelOf(choice.closest(".select2-container").previousElementSibling);
        const shown = choice.querySelector(".select2-selection__rendered");
        if (!label || !shown) return;
        label.id ||= `${label.htmlFor}_label`;
        choice.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
        shown.setAttribute("aria-labelledby", label.id);
    }

    /* Symbols are words to who hears them (`bolt`): beside others they are left unsaid. */
    function hush(symbol) {
        const control = symbol.closest("a, button, [x-on\\:click]");
        if (!control || control === symbol) return;
        const symbols = [...control.querySelectorAll(".material-symbols-outlined")];
        const words = symbols.reduce((text, one) => text.replace(one.textContent, ""), control.textContent);
        if (words.trim()) symbol.setAttribute("aria-hidden", "true");
    }

    function nameAll() {
        document.querySelectorAll(".material-symbols-outlined:not([aria-hidden])").forEach(hush);
        document.querySelectorAll(".select2-search__field:not([aria-label])").forEach(nameSearch);
        document.querySelectorAll(`.select2-selection--single:not([${named}])`).forEach(nameChoice);
        /* Django's hint beside a filter has a name and no role, so that nobody would hear it. */
        document.querySelectorAll(".help-tooltip[aria-label]:not([role])").forEach((hint) => hint.setAttribute("role", "img"));
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("input.hidden[name=username]").forEach((field) => { field.autocomplete = "username"; });
        nameAll();
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
})();
