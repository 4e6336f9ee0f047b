"""The web server: granian, with Leitstand loaded before it forks its workers.

They start, and are replaced, at once; they share the memory of what is loaded; and none is so busy with loading that it
misses being told to stop. Granian's options: `python -m config.desk.web --interface wsgi config.wsgi:application`.
"""

from granian import log
from granian.cli import entrypoint

from config.wsgi import application

__all__ = ("application",)

# what granian says of itself is logged as everything else is: in one format, to one place
log.LOGGING_CONFIG["loggers"] = {"_granian": {"propagate": True}}

if __name__ == "__main__":
    entrypoint()  # type: ignore[no-untyped-call]
