"""A Debian machine of its own: a fresh root, a real systemd as its first process, a network that nobody else is in.

debootstrap fills a folder, systemd-nspawn boots it, slirp4netns lets it reach the package mirrors. Needs root, and
leaves nothing: what was installed for it is removed again. It trusts the authorities that this machine trusts, and asks
the mirrors that this machine asks.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for

SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"
PROGRAMS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "slirp4netns": "slirp4netns"}
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
NAMESERVER = "10.0.2.3"  # slirp4netns's own, which asks this machine's
INDEX = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".data", "__pycache__", ".*_cache", ".hypothesis")
COPY = "root/leitstand"
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Machine:
    """A machine that is up."""

    root: Path
    leader: int  # its first process, as we see it

    def argv(self, command: str) -> list[str]:
        """What runs a line of shell on it, as root, in the copy of the repository."""
        enter = ["nsenter", f"--target={self.leader}", "--all", "--root", f"--wdns=/{COPY}"]
        return [*enter, "env", "--ignore-environment", *_variables(), "bash", "-c", command]

    def run(self, command: str, *, patience: float = 600, **options: object) -> str:
        """What a line of shell prints there; AssertionError with all that it said when it fails."""
        done = subprocess.run(  # type: ignore[call-overload]
            self.argv(command), text=True, capture_output=True, check=False, timeout=patience, **options
        )
        assert done.returncode == 0, (
            f"{command}\nends with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
        )
        return str(done.stdout)

    @contextmanager
    def network(self) -> Iterator[None]:
        """While this lasts, this thread, and those that it starts, connect as if they were on the machine."""
        with open("/proc/self/ns/net") as ours, open(f"/proc/{self.leader}/ns/net") as theirs:  # noqa: PTH123
            _enter(theirs.fileno())
            try:
                yield
            finally:
                _enter(ours.fileno())


@contextmanager
def debian_machine() -> Iterator[Machine]:
    """A fresh one with a copy of this repository in root's home; it is gone afterwards."""
    with ExitStack() as stack:
        stack.enter_context(_lent_programs())
        folder = Path(tempfile.mkdtemp(prefix="leitstand-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, folder)
        root = folder / "root"
        with_systemd = "--include=systemd,systemd-sysv,dbus,ca-certificates"
        _do(["debootstrap", "--variant=minbase", with_systemd, SUITE, str(root), _mirror()], patience=900)
        shutil.copytree(BASE_DIR, root / COPY, ignore=LEFT_OUT, symlinks=True)
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        (root / "etc/resolv.conf").write_text(f"nameserver {NAMESERVER}\n")
        if BUNDLE.exists():
            shutil.copy(BUNDLE, root / BUNDLE.relative_to("/"))
        yield stack.enter_context(_booted(root, folder))


@contextmanager
def _booted(root: Path, folder: Path) -> Iterator[Machine]:
    name = f"leitstand-{os.getpid()}"
    alone = [] if Path("/run/systemd/system").exists() else ["--keep-unit"]
    options = ["--quiet", "--register=no", *alone, "--private-network", "--link-journal=no", "--resolv-conf=off"]
    with _cgroups_as_they_were(), suppress_leftovers(name):
        boot = _child(["systemd-nspawn", *options, f"--machine={name}", "-D", str(root), "--boot"], folder)
        try:
            wait_for(boot, until=lambda: bool(_first_process(boot.process.pid)), patience=60)
            machine = Machine(root, _first_process(boot.process.pid))
            wait_for(boot, until=lambda: _is_up(machine), patience=120)
            wire = _child(
                ["slirp4netns", "--configure", "--disable-host-loopback", str(machine.leader), "tap0"], folder
            )
            try:
                wait_for(wire, until=lambda: "tap0" in machine.run("cat /proc/net/dev"), patience=30)
                yield machine
            finally:
                wire.stop()
        finally:
            boot.stop()  # SIGTERM: systemd-nspawn has the machine shut down in order


def _child(argv: Sequence[str], folder: Path) -> Child:
    return Child(Program(name=argv[0], argv=argv, log=folder / f"{argv[0]}.log", cwd=folder, patience=60))


def _is_up(machine: Machine) -> bool:
    """Whether the machine has done all that it does at its start."""
    done = subprocess.run(machine.argv("systemctl is-system-running"), capture_output=True, check=False, timeout=30)
    return done.stdout.strip() in (b"running", b"degraded")


def _first_process(pid: int) -> int:
    """The machine's systemd, as we see it; 0 while systemd-nspawn still prepares it, in children of its own."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(OSError):
            if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                return int(child)
    return 0


def _enter(namespace: int) -> None:
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "The network cannot be entered.")


def _variables() -> list[str]:
    """What a login on that machine has, and how this one reaches its package index."""
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    given = [f"{name}={os.environ[name]}" for name in INDEX if "://" in os.environ.get(name, "")]
    return [path, "HOME=/root", "LANG=C.UTF-8", "TERM=dumb", f"PIP_CERT={BUNDLE}", *given]


def _mirror() -> str:
    """Where this machine gets Debian's packages from."""
    ask = ["apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {SUITE}", "Created-By: Packages"]
    known = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=60).stdout.split()
    return next((one for one in known if one.startswith("http")), MIRROR)


@contextmanager
def _lent_programs() -> Iterator[None]:
    """Installs the programs that are missing here, and removes what came with them again."""
    lacking = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if not lacking:
        yield
        return
    _do(["apt-get", "update", "--quiet"])
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *lacking]
    planned = _do([*install, "--simulate"]).splitlines()
    came = [line.split()[1] for line in planned if line.startswith("Inst ") and "[" not in line.split()[2]]
    _do(install)
    try:
        yield
    finally:
        _do(["apt-get", "purge", "--yes", "--quiet", *came])


def _do(argv: Sequence[str], *, patience: float = 300) -> str:
    environment: Mapping[str, str] = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=patience)
    assert done.returncode == 0, f"{' '.join(argv)} ends with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}"
    return done.stdout


@contextmanager
def _cgroups_as_they_were() -> Iterator[None]:
    """systemd-nspawn leaves groups behind where no systemd runs that would clear them away."""
    before = set(_cgroups())
    yield
    deadline = time.monotonic() + 10
    while (left := sorted(set(_cgroups()) - before, reverse=True)) and time.monotonic() < deadline:
        for group in left:  # those beneath another come first
            with suppress(OSError):  # the kernel has not buried all of its processes yet
                group.rmdir()
        time.sleep(0.1)


def _cgroups() -> Iterator[Path]:
    for hierarchy in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*/")):
        for name in ("payload", "supervisor"):
            if (hierarchy / name).is_dir():
                yield from (hierarchy / name, *filter(Path.is_dir, (hierarchy / name).rglob("*")))


@contextmanager
def suppress_leftovers(name: str) -> Iterator[None]:
    """systemd-nspawn's own folder for a machine of this name."""
    yield
    with suppress(OSError):
        (Path("/run/systemd/nspawn/propagate") / name).rmdir()
