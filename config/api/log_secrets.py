"""Keys that come where they do not belong, such as in an address, are not written into the log [C14] [P15]."""

import logging
import re
from typing import Final

KEY: Final = re.compile(r"\b(ls[tp]_)[0-9A-Za-z]+")


def holds_key(text: str) -> bool:
    """Whether something that looks like a key is in a text."""
    return "ls" in text and bool(KEY.search(text))


class SecretsFilter(logging.Filter):
    """Leaves of a key in a message only what kind it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if holds_key(message):
            record.msg, record.args = KEY.sub(r"\1...", message), ()
        return True
