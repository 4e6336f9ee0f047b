// ReDoc's attribution asks its maker's network for a logo. Nothing on this page is asked for outside [C16].
"use strict";

const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");

function isOurs(address) {
    const url = new URL(address, document.baseURI);
    return url.protocol === "data:" || url.origin === window.location.origin;
}

HTMLImageElement.prototype.setAttribute = function (name, value) {
    if (name !== "src" || isOurs(value)) {
        Element.prototype.setAttribute.call(this, name, value);
    }
};

Object.defineProperty(HTMLImageElement.prototype, "src", {
    ...source,
    set(value) {
        if (isOurs(value)) {
            source.set.call(this, value);
        }
    },
});
