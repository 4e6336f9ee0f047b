"""P3, P9: tests of `make test` that show a promise, run once more: with the figure of what they did in this run."""

from tests.contract.operations import EVERY
from tests.trust.conftest import Promise, promises
from tests.trust.suites import run_tests

APIS = ("tests/contract", "tests/assets/api", "tests/sites/api", "tests/markets/api", "tests/partner/api")
REPLAYS = ("tests/contract/test_replays.py", "tests/contract/test_replays_of_records.py")


@promises("P3")
def test_what_the_suite_holds_of_the_apis(promise: Promise) -> None:
    """Every route is in the document; what Django's test client is answered is held against it, whoever asks."""
    ran = run_tests(*APIS, "--deselect", "tests/contract/test_schemathesis.py")
    seen = {key.rpartition(" ")[0] for key in ran.answers}
    unseen = [str(one) for one in EVERY if str(one) not in seen]
    figure = (
        f"{ran.answers.total():,} answers of {len(EVERY) - len(unseen)} of {len(EVERY)} operations, {ran.others} differ"
    )
    promise("P3", "every route is in the document; every answer is as it says", figure=figure, target="0 differences")
    ran.verify(at_least=1000)
    assert unseen == []
    assert ran.answers.total() > 10_000


@promises("P9")
def test_what_is_sent_again_changes_nothing(promise: Promise) -> None:
    ran = run_tests(*REPLAYS, processes=1)
    figure = f"{ran.figure} equal: each write twice more and in halves, {ran.answers.total():,} answers"
    promise("P9", "upserts are idempotent, created_at fixed", figure=figure, target="equal")
    ran.verify(at_least=30)
