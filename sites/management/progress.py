"""A progress bar for commands."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
PAUSE_SECONDS = 0.1


class ProgressBar:
    """How much of the work is done, drawn over itself on a terminal; elsewhere nothing is drawn."""

    def __init__(self, out: OutputWrapper, *, total: int) -> None:
        self.out = out
        self.total = total
        self.drawn_at = 0.0

    def show(self, done: int, *, of: str) -> None:
        """Draw the bar, ten times a second at most, with a word on what is done behind it."""
        now = time.monotonic()
        if self.out.isatty() and now - self.drawn_at >= PAUSE_SECONDS:
            self.drawn_at = now
            share = min(done / self.total, 1) if self.total else 1
            bar = "█" * round(share * WIDTH)
            self._write(f"\r{bar:░<{WIDTH}} {share:4.0%}  {of}\033[K")

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self.out.isatty():
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        self.out.write(text, style_func=str, ending="")
        self.out.flush()
