"""The audit of what is locked never calls success what it has not looked up [P21]."""

import os
import subprocess
from pathlib import Path

from config.embedded import BASE_DIR

NOTHING_LISTENS = "http://127.0.0.1:9"
UNAUDITED = 75


def audit(locked: Path) -> subprocess.CompletedProcess[str]:
    """What the script says of a lock on a machine without a network."""
    away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOTHING_LISTENS)
    return subprocess.run(
        [str(BASE_DIR / ".ci" / "audit"), str(locked)],
        env={**os.environ, **away, "NO_PROXY": "", "no_proxy": "", "AUDIT_TIMEOUT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_audit_that_reaches_nothing_says_so_and_is_no_success() -> None:
    done = audit(BASE_DIR / "requirements.txt")
    assert done.returncode == UNAUDITED, done.stderr
    assert done.stdout.startswith("NOTHING WAS AUDITED")
    assert "No known" not in done.stdout + done.stderr


def test_an_audit_of_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    done = audit(tmp_path / "requirements.txt")
    assert done.returncode == 1, done.stdout
    assert "nothing was audited" in done.stdout
