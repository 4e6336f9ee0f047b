"""`manage.py check --deploy` with the variables of deploy/environment.example has nothing to say [P22]."""

import os
import subprocess
import sys

from config.embedded import BASE_DIR

EXAMPLE = BASE_DIR / "deploy" / "environment.example"


def given_in_example() -> dict[str, str]:
    """The variables of the example, as systemd reads them."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def checked(**variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **given_in_example(), "LEITSTAND_DATA_DIR": os.environ["LEITSTAND_DATA_DIR"]}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests set it for themselves
    environment |= {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"], **variables}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_production_set_up_is_warned_of_nothing() -> None:
    done = checked(SECRET_KEY="0123456789abcdefghijABCDEFGHIJ-_0123456789abcdefghij=+")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_check_does_find_what_is_wrong() -> None:
    done = checked(SECRET_KEY="short", LEITSTAND_HTTPS="0")
    assert done.returncode == 1
    assert "security.W004" in done.stderr
