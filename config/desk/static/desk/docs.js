// Starts Swagger UI. What changes something carries the CSRF token as it is now, not as it was when the page was
// loaded: an operator may have logged in meanwhile, in another tab.
"use strict";

const page = document.getElementById("swagger-ui");
const SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"];

function csrfToken() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : "";
}

window.ui = SwaggerUIBundle({
    url: page.dataset.schema,
    domNode: page,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: null,
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    requestInterceptor: (request) => {
        const ours = new URL(request.url, document.baseURI).origin === window.location.origin;
        if (ours && !SAFE.includes((request.method || "GET").toUpperCase())) {
            request.headers[page.dataset.csrfHeader] = csrfToken();
        }
        return request;
    },
});
