"""Instants as people write them on a command line."""

from argparse import ArgumentTypeError
from datetime import datetime


def expiry(text: str) -> datetime:
    """An ISO 8601 instant; whether it may stand, the operation says."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not an instant such as 2027-01-01T00:00:00Z") from None
