/* Choosers with a search field of their own (select2's): the field says what it searches, as its label does. */
"use strict";

(() => {
    function name(field) {
        const box = field.closest(".select2-container");
        const select = box?.previousElementSibling || document.querySelector(".select2-hidden-accessible");
        const label = select && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
        field.setAttribute("aria-label", label ? label.textContent.trim().replace(/\*$/, "") : document.title);
    }

    function nameAll() {
        document.querySelectorAll(".select2-search__field:not([aria-label])").forEach(name);
    }

    document.addEventListener("DOMContentLoaded", () => {
        nameAll();
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
})();
