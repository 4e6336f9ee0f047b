"""Tests of `make test`, run once more within a check, which counts what they did."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from config.embedded import BASE_DIR

PATIENCE = 1800


@dataclass
class Ran:
    """What came of tests: how often each outcome, and the answers that were held against the document."""

    outcomes: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)  # by operation and status
    code: int = 0
    said: str = ""

    @property
    def passed(self) -> int:
        return self.outcomes["passed"]

    @property
    def others(self) -> int:
        """Tests that failed, were skipped, or did not come to an end."""
        return self.outcomes.total() - self.passed

    @property
    def figure(self) -> str:
        return f"{self.passed:,} of {self.outcomes.total():,} cases"

    def verify(self, *, at_least: int) -> None:
        """Fail unless so many ran and all of them passed."""
        assert self.code == 0, self.said[-4000:]
        assert self.others == 0, self.outcomes
        assert self.passed >= at_least, f"{self.passed} cases, where there should be {at_least}"


def run_tests(*arguments: str, processes: int = 2) -> Ran:
    """Run tests in processes of their own, on a database of their own."""
    with TemporaryDirectory(prefix="leitstand-counts-") as folder:
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MAKE", "MFLAGS"))
        }
        variables |= {"LEITSTAND_COUNTS": folder, "LEITSTAND_TEST_DB": f"leitstand_within_{os.getpid()}"}
        options = ("-q", "--no-skips", "-p", "tests.trust.counting", "-p", "no:cacheprovider")
        spread = ("-n", str(processes), "--dist", "loadfile") if processes > 1 else ()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *spread, *arguments],
            cwd=BASE_DIR,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        ran = Ran(code=done.returncode, said=done.stdout + done.stderr)
        for path in Path(folder).iterdir():
            counts = json.loads(path.read_text())
            ran.outcomes.update(counts["outcomes"])
            ran.answers.update(counts["answers"])
    return ran
