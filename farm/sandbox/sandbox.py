"""A sandbox as a value, and the one call that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VERSION = "1"
"""Version of what a build can see of its sandbox: paths, users, devices, mounts. Part of every build id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A host path seen inside the sandbox."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What everything inside the sandbox together may use."""

    seconds: float = 300.0
    memory_bytes: int = 2 * 2**30
    processes: int = 256
    file_bytes: int = 4 * 2**30
    output_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What a command sees and may do.

    There is always an own pid, ipc, uts, mount and cgroup namespace, `/proc`, a minimal `/dev`, an empty environment
    but for `environment`, and no way to gain privileges; and no network (only a loopback that leads nowhere) unless
    it is asked for.

    Attributes:
        root: directory that becomes `/`, read-only. None: the host's `/usr` (with its links `/bin`, `/lib`, ...), the
            farm's own virtual environment and source tree at their own paths and a synthetic `/etc`: for trusted tools
            that read untrusted data (createrepo_c, diffoscope, rpmspec).
        binds: further host paths, in order.
        tmpfs: empty writable directories: target and size in bytes.
        hostname: what `hostname` says.
        uid: the user's number inside, `gid` the group's; outside it is an unprivileged uid of the farm's.
        as_root: run with uid 0 of the host and only the capabilities named (`CAP_CHOWN`, ...), for installing packages
            into a buildroot; `uid` and `gid` are ignored.
        chroots: directories inside that the command changes its root to (`rpm --root`): each gets a `/proc` and a
            minimal `/dev` of its own, which are no part of what is written there.
        cpus: how many CPUs the command may run on and is told of; 0 is all.
        network: share the machine's network, with all that listens on its loopback.
    """

    root: Path | None
    binds: tuple[Bind, ...] = ()
    tmpfs: tuple[tuple[str, int], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = "/"
    hostname: str = "sandbox"
    uid: int = 1000
    gid: int = 1000
    capabilities: tuple[str, ...] = ()
    as_root: bool = False
    chroots: tuple[str, ...] = ()
    umask: int = 0o022
    cpus: int = 0
    network: bool = False
    limits: Limits = Limits()


Sink = Callable[[bytes], object]
