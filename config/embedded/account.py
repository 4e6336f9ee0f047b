"""Whom the embedded servers run as, and what that account must be able to reach."""

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from config.processes import Account, ProcessError

FOR_ROOT = ("nobody", "daemon")


def server_account(data: Path) -> Account | None:
    """Whom the servers of a data folder run as: ourselves (None) or, since PostgreSQL refuses root, another account."""
    cluster = data / "postgres"
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise ProcessError(f"{cluster} belongs to another user: start as that user, or set LEITSTAND_DATA_DIR.")
        return None
    known = {entry.pw_uid if owner else entry.pw_name: entry for entry in pwd.getpwall()}
    for key in [owner] if owner else FOR_ROOT:
        if entry := known.get(key):
            return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ProcessError("PostgreSQL refuses to run as root, and there is no account `nobody` to run it as.")


def own_folder(folder: Path, *, account: Account | None) -> None:
    """Make a folder that only the account (None: we) can enter; ProcessError when it is there and is another's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if status.st_uid not in {os.geteuid(), account.uid if account else os.geteuid()} or not stat.S_ISDIR(
        status.st_mode
    ):
        raise ProcessError(f"{folder} belongs to another user; remove it, or set LEITSTAND_DATA_DIR.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def open_way(*, to: Iterable[Path], account: Account | None) -> list[Path]:
    """Let the account search the folders above what it must reach; answers those whose mode had to be changed."""
    opened = []
    for target in to if account else ():
        for folder in reversed(target.parents):
            status = folder.stat()
            if account and status.st_uid != account.uid and not status.st_mode & stat.S_IXOTH:
                folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
                opened.append(folder)
    return opened
