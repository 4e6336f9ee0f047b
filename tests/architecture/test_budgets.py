"""The budgets of the house: how long a file and a function may be, and what a file may be called."""

from tests.architecture.sources import sources

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_OF_NINE_IN_TEN = 25
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "services", "service", "misc", "tools", "core", "base"}


def test_no_file_is_longer_than_its_budget() -> None:
    lengths = {source.name: len(source.text.splitlines()) for source in sources()}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    lengths = dict(function for source in sources() for function in source.functions())

    assert {place: lines for place, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(lines for source in sources() for _place, lines in source.functions())

    assert lengths[len(lengths) * 9 // 10] <= LONGEST_OF_NINE_IN_TEN


def test_a_file_is_named_after_its_subject() -> None:
    assert [source.name for source in sources() if SAY_NOTHING & set(source.module.split("."))] == []
