"""No module needs, in the end, itself. Which room may know which is held by import-linter (`make check`)."""

from graphlib import CycleError, TopologicalSorter

from tests.architecture.sources import Source, sources


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {source.module for source in sources()}
    graph = {source.module: needs_of(source, modules=modules) for source in sources()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " <- ".join(error.args[1])
        raise AssertionError(circle) from None


def needs_of(source: Source, *, modules: set[str]) -> set[str]:
    """The modules of ours that this one imports; a name in a module stands for the module."""
    found = set()
    for name in source.imports():
        owner = name if name in modules else name.rpartition(".")[0]
        if owner in modules and owner != source.module:
            found.add(owner)
    return found
