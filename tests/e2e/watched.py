"""What pages must not do while they are used: complain, be stopped by the policy, or shut anybody out."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import BrowserContext, Page

# What stands against the rules of WCAG 2.2, levels A and AA.
AXE = "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})).violations"
STOPPED = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `stopped by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


def watch(context: BrowserContext) -> list[str]:
    """What the pages of a browser will have said: messages, errors, and what the policy stopped."""
    said: list[str] = []
    context.add_init_script(STOPPED)
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    return said


def faults_of(page: Page) -> list[str]:
    """What axe finds, each with the elements concerned. It is put in by the debugger, past the page's policy."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found: list[Any] = page.evaluate(AXE)
    return [json.dumps([one["id"], [node["html"] for node in one["nodes"]]]) for one in found]
