"""`python -m tests.benchmarks [row ...] [--write]`: all rows but the long ones unless some are named."""

import importlib
import os
import signal
import sys

from tests.benchmarks.machine import started


def main() -> None:
    """Start the servers, and only then what reads the settings."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with started() as machine:
        os.environ.update(machine.environment)
        importlib.import_module("django").setup()
        importlib.import_module("tests.benchmarks.run").run(machine, sys.argv[1:])


if __name__ == "__main__":
    main()
