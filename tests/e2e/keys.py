"""Using a page by its keyboard alone, with the focus seen wherever it goes."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 150
# An outline around what has the focus, or around what it stands in, such as a chooser around its field.
SEEN = """() => {
    let one = document.activeElement;
    for (let level = 0; one && level < 6; level += 1, one = one.parentElement) {
        const style = getComputedStyle(one);
        if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return true;
    }
    return false;
}"""
WHERE = "() => document.activeElement.outerHTML.slice(0, 200)"


def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until it has the focus, which is seen at each stop."""
    expect(wanted).to_be_visible()
    element: Any = wanted.element_handle()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("() => document.activeElement !== document.body"):
            assert page.evaluate(SEEN), f"nobody sees that this has the focus: {page.evaluate(WHERE)}"
        if element.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Go to a button and press it."""
    tab_to(page, wanted)
    page.keyboard.press(key)
