"""What a machine says of itself: variables, each of which may stand in a file of its own.

`NAME_FILE` names a file whose text is the variable's, as Docker and systemd hand over secrets; NAME itself wins.
"""

import os
import secrets
import sys
from importlib import import_module
from pathlib import Path


def given(name: str, default: str = "") -> str:
    """The variable's text; the default where neither it nor its file is given, or it is empty."""
    if text := os.environ.get(name):
        return text
    named = os.environ.get(f"{name}_FILE")
    return (Path(named).read_text(encoding="utf-8").strip() if named else "") or default


def listed(name: str, default: str = "") -> list[str]:
    """The variable's words, which commas part."""
    return [entry for entry in given(name, default).split(",") if entry]


def load_without(hidden: str, *, wanted_by: str) -> None:
    """Import a package that then takes another one for not installed; whoever asks for that one later has it."""
    if hidden in sys.modules:
        return
    # the import system's own sign for: not to be found
    sys.modules[hidden] = None  # type: ignore[assignment]
    try:
        import_module(wanted_by)
    finally:
        del sys.modules[hidden]


def secret_key(data: Path) -> str:
    """SECRET_KEY, or one that is made once and kept in the data folder."""
    if key := given("SECRET_KEY"):
        return key
    kept = data / "secret_key"
    if not kept.exists():
        data.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = data / f".secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            os.link(fresh, kept)  # the first of two that start at once wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()
