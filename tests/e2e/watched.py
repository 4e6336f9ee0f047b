"""What pages must not do while they are used: complain, be stopped by the policy, or shut anybody out."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

# What stands against the rules of WCAG 2.2, levels A and AA, once nothing fades in or out any more.
AXE = """async () => {
    const fading = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(fading.map((one) => one.finished));
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    return (await axe.run({ runOnly: rules, resultTypes: ["violations"] })).violations;
}"""
STOPPED = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `stopped by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""
BROKEN_OFF = "net::ERR_ABORTED"  # by who went on to the next page, or had it saved as a file
REFUSED = 400


def watch(context: BrowserContext) -> list[str]:
    """What the pages of a browser will have said, each with its place: messages, errors, what the policy stopped, and
    what did not come that they asked for."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        place = message.location
        where = f"{place['url']}:{place['lineNumber']}" if place["url"] else "nowhere"
        said.append(f"{message.type}: {message.text} ({where}, on {_address_of(message.page)})")

    def catch(error: WebError) -> None:
        said.append(f"{error.error} (on {_address_of(error.page)})")

    def miss(request: Request) -> None:
        if request.failure != BROKEN_OFF:
            said.append(f"{request.method} {request.url} failed: {request.failure}")

    def look(answer: Response) -> None:
        if answer.status >= REFUSED:
            said.append(f"{answer.request.method} {answer.url} was answered {answer.status}")

    context.add_init_script(STOPPED)
    context.on("console", hear)
    context.on("weberror", catch)
    context.on("requestfailed", miss)
    context.on("response", look)
    return said


def _address_of(page: Page | None) -> str:
    return page.url if page else "a page that is gone"


def faults_of(page: Page) -> list[str]:
    """What axe finds, each with the elements concerned. It is put in by the debugger, past the page's policy."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found: list[Any] = page.evaluate(AXE)
    return [json.dumps([one["id"], [node["html"] for node in one["nodes"]]]) for one in found]
