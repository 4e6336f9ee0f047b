// Elements out of words: text is always text, never markup.

export function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) {
            made.addEventListener(name.slice(2), value);
        } else if (value === true) {
            made.setAttribute(name, "");
        } else if (value !== false && value !== null && value !== undefined) {
            made.setAttribute(name, value);
        }
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
}

// A heading with what stands at its right.
export function heading(id, title, ...aside) {
    return element("div", { class: "heading" }, element("h2", { id }, title), ...aside);
}

export function empty(sentence) {
    return element("p", { class: "empty" }, sentence);
}

// The first few of a list, and a button that shows the others.
export function folded(list, items, { shown, word, isOpen, opened }) {
    list.append(...(isOpen ? items : items.slice(0, shown)));
    if (items.length <= shown) {
        return [list];
    }
    const says = isOpen ? `Show the first ${shown}` : `Show all ${items.length} ${word}`;
    return [list, element("button", { class: "quiet", type: "button", "aria-expanded": String(isOpen), onclick: () => opened(!isOpen) }, says)];
}
