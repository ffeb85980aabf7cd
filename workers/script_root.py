"""Buildroots as the scripts that make source files find them: a lock's layers, and the places that they are given."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm.buildroot_lock import BuildrootLock
from farm.sandbox.accounts import group_file, passwd_file
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.script_roots import NETWORK_FILES, OUTPUT_DIRECTORY, SCRIPT_DIRECTORY, SCRIPT_USER
from workers.buildroot import Buildroots

_NAME = "builder"
_HOME = "/tmp"  # noqa: S108 - inside the sandbox


@contextmanager
def script_root(buildroots: Buildroots, lock: BuildrootLock) -> Iterator[Path]:
    """Give the read-only root of a buildroot, laid out as `ScriptRoots.opened` says; it is unmounted at the end.

    Raises:
        InfrastructureError: a package is not there or cannot be installed, or the kernel refuses the mount.
    """
    with claimed_directory(buildroots.cache.scratch, "script-root") as own:
        top = own / "top"
        _lay_out(top)
        with buildroots.open(lock, top) as root:
            yield root


def _lay_out(top: Path) -> None:
    """Write what is shown over the layers: readable for the build user, whatever the umask is."""
    contents = {
        "/etc/passwd": passwd_file(_NAME, SCRIPT_USER, SCRIPT_USER, _HOME),
        "/etc/group": group_file(_NAME, SCRIPT_USER),
        **dict.fromkeys(NETWORK_FILES, b""),
    }
    for name in (SCRIPT_DIRECTORY, OUTPUT_DIRECTORY):
        _inside(top, name).mkdir(parents=True)
    for name, content in contents.items():
        path = _inside(top, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    for directory in (top, *(path for path in top.rglob("*") if path.is_dir())):
        directory.chmod(0o755)


def _inside(top: Path, name: str) -> Path:
    return top / name.removeprefix("/")
