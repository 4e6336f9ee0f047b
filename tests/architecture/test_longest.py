"""The files that a run begins with are there."""

from config.embedded import BASE_DIR
from tests.longest import PLACES


def test_each_of_the_longest_files_exists() -> None:
    assert [path for path in PLACES if not (BASE_DIR / path).exists()] == []
