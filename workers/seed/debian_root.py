"""A Debian system in a directory of its own, made once and then only read."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.canonical import encode, identity
from farm.environment import inherited
from farm.identity import random_name
from farm.process import check, run
from workers.seed.apt_configuration import KEYRING
from workers.seed.file_lock import locked
from workers.seed.mirror import debian_mirror
from workers.seed.seed_error import ToolRootError

_VERSION = "1"
"""Raise it when a root is made differently: every root is then made anew."""

_MOUNT_POINTS = ("input", "output", "repo", "work")
_RECORD = "etc/farm-root.json"


class RootRecord(msgspec.Struct, frozen=True):
    """What a finished root is.

    Attributes:
        suite: Debian suite.
        packages: installed packages, each with its version.
    """

    suite: str
    packages: dict[str, str]


def debian_root(suite: str, packages: Sequence[str], *, cache: Path, check_valid_until: bool = True) -> Path:
    """Return a root with a minimal system and some packages, making it where there is none.

    It is complete or not there at all, and never changes afterwards: use it read-only. Empty directories `/input`,
    `/output`, `/repo` and `/work` are there to mount on.

    Args:
        cache: directory of all roots.
        check_valid_until: whether an index that is past its date is refused.

    Raises:
        ToolRootError: the mirror, the disk or mmdebstrap failed.
    """
    root = root_path(suite, packages, cache=cache)
    if root.is_dir():
        return root
    with locked(cache / f"{root.name}.lock"):
        if not root.is_dir():
            _make(root, suite, sorted(packages), check_valid_until=check_valid_until)
    return root


def root_path(suite: str, packages: Sequence[str], *, cache: Path) -> Path:
    """Return where the root is, or would be."""
    wanted = {"version": _VERSION, "suite": suite, "packages": sorted(packages)}
    return cache / f"{suite}-{identity('debian-root', wanted)[:16]}"


def root_record(root: Path) -> RootRecord:
    """Return what a root is.

    Raises:
        ToolRootError: the directory is no root of ours.
    """
    try:
        return msgspec.json.decode((root / _RECORD).read_bytes(), type=RootRecord)
    except (OSError, msgspec.MsgspecError) as exc:
        raise ToolRootError(f"{root} is no tool root", why=str(exc), hint=f"remove {root} and run it again") from exc


def _make(root: Path, suite: str, packages: list[str], *, check_valid_until: bool) -> None:
    for left_over in root.parent.glob(f".{root.name}.*"):
        _remove(left_over)
    temporary = root.with_name(f".{root.name}.{random_name('new')}")
    try:
        _bootstrap(temporary, suite, packages, check_valid_until=check_valid_until)
        _finish(temporary, suite)
        temporary.rename(root)
    except OSError as exc:
        raise ToolRootError(f"cannot make the {suite} root", why=str(exc), hint="is there space in the cache?") from exc
    finally:
        if temporary.exists():
            _remove(temporary)


def _bootstrap(target: Path, suite: str, packages: list[str], *, check_valid_until: bool) -> None:
    options = [] if check_valid_until else ['--aptopt=Acquire::Check-Valid-Until "false"']
    finished = run(
        [
            "mmdebstrap",
            "--variant=minbase",
            "--format=directory",
            f"--keyring={KEYRING}",
            f"--include={','.join(packages)}",
            "--aptopt=Acquire::Languages none",
            *(f"--aptopt={line}" for line in _proxies()),
            *options,
            suite,
            str(target),
            f"deb {debian_mirror()} {suite} main",
        ],
        environment={**inherited(), "LC_ALL": "C.UTF-8"},
        timeout=1800,
    )
    if not finished.ok:
        raise ToolRootError(
            f"cannot make the {suite} root",
            why="\n".join(finished.stderr.strip().splitlines()[-12:]),
            hint="check that 'apt-get update' works on this machine and run it again",
        )


def _proxies() -> list[str]:
    """Return the machine's own settings of proxies: mmdebstrap does not read them."""
    dump = check(["apt-config", "dump"], environment=inherited(), timeout=60).decode(errors="replace")
    return [line.rstrip(";") for line in dump.splitlines() if line.startswith("Acquire::") and "proxy" in line.lower()]


def _finish(target: Path, suite: str) -> None:
    """Leave out what a read-only root never uses, and say what the root is."""
    for left_over in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(target / left_over, ignore_errors=True)
    for place in _MOUNT_POINTS:
        (target / place).mkdir(exist_ok=True)
    fields = "${Package} ${Version}\\n"
    listing = check(["dpkg-query", f"--root={target}", "--show", f"--showformat={fields}"], timeout=60).decode()
    versions = dict(line.split(" ", 1) for line in listing.splitlines())
    (target / _RECORD).write_bytes(encode(RootRecord(suite=suite, packages=versions)))
    target.chmod(0o755)


def _remove(tree: Path) -> None:
    """Remove what an interrupted mmdebstrap left behind; it may have file systems mounted inside."""
    for point in ("proc", "sys", "dev/pts", "dev/shm", "dev"):
        if (tree / point).is_mount():
            run(["umount", "--recursive", str(tree / point)], timeout=60)
    if not any((tree / point).is_mount() for point in ("proc", "sys", "dev")):
        shutil.rmtree(tree, ignore_errors=True)
