"""A plugin (`-p tests.trust.counting`) that writes down what the tests of this process came to, for suites.py."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

OUTCOMES = pytest.StashKey["Counter[str]"]()


class Counting:
    """Counts each test once, by its worst phase."""

    def __init__(self) -> None:
        self.worst: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passes when its call does and nothing else fails."""
        if report.when == "call" or not report.passed:
            self.worst[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """One file for each process that ran tests."""
        conformance = sys.modules.get("tests.conformance")
        answers: Counter[str] = conformance.VERIFIED if conformance else Counter()
        counts = {"outcomes": Counter(self.worst.values()), "answers": answers}
        Path(os.environ["LEITSTAND_COUNTS"], f"{os.getpid()}.json").write_text(json.dumps(counts))


def pytest_configure(config: pytest.Config) -> None:
    """The process that only hands tests out counts nothing."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        config.pluginmanager.register(Counting())
