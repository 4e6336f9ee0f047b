"""What the web server's processes load: nothing that only the worker's computing needs."""

import subprocess
import sys

from config.embedded import BASE_DIR

COMPUTING = ("pvlib", "pandas", "numpy", "scipy", "partner.builders")
LOADED = "import sys; import {}; print(*(name for name in {} if name in sys.modules))"


def loaded_with(module: str) -> list[str]:
    """Which of them a fresh process has after this import."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(module, COMPUTING)],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_web_server_loads_nothing_that_only_computing_needs() -> None:
    assert loaded_with("config.wsgi") == []


def test_the_worker_does() -> None:
    """Else the test above could not fail."""
    assert loaded_with("config.wsgi, partner.tasks") == list(COMPUTING)
