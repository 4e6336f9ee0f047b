// ReDoc's attribution asks its maker's network for a logo. Nothing on this page is asked for outside [C16].
"use strict";

HTMLImageElement.prototype.setAttribute = function (name, value) {
    const outside = name === "src" && new URL(value, document.baseURI).origin !== window.location.origin;
    if (!outside || String(value).startsWith("data:")) {
        Element.prototype.setAttribute.call(this, name, value);
    }
};
