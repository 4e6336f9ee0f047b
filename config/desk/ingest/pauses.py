"""Trying again while something is away: later each time, and never in step with others."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag
from typing import TypeVar

logger = logging.getLogger(__name__)

FIRST, LONGEST = 0.05, 2.0  # seconds: who was away for long is asked again every two seconds

Answer = TypeVar("Answer")


class StoppedError(Exception):
    """It is time to stop, and what is in hand cannot be finished now: another worker will take it over."""


@dataclass
class Pauses:
    """The pauses between tries, which end at once when it is time to stop."""

    stop: Flag
    next: float = FIRST

    def wait(self) -> None:
        """Wait, or return at once when it is time to stop."""
        self.stop.wait(random.uniform(0.5, 1) * self.next)  # noqa: S311  spreads workers, guards nothing
        self.next = min(self.next * 2, LONGEST)

    def reset(self) -> None:
        """It went well: the next pause is a short one again."""
        self.next = FIRST

    def until_done(
        self,
        act: Callable[[], Answer],
        *,
        is_outage: Callable[[Exception], bool],
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Answer:
        """What the act answers, which is tried until there is no outage; what else it raises is raised.

        `meanwhile` is called before each pause. StoppedError when it is time to stop before that.
        """
        while True:
            try:
                answer = act()
            except Exception as error:
                if not is_outage(error):
                    raise
                logger.warning("Waiting: %s", str(error).partition("\n")[0])
                if self.stop.is_set():
                    raise StoppedError from error
            else:
                self.reset()
                return answer
            meanwhile()
            self.wait()
