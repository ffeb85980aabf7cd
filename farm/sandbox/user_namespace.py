"""The user namespace in which the build user has a number of its own inside and is nobody outside.

bubblewrap's own `--unshare-user` maps one user: everything else in a buildroot would seem to belong to `nobody`, and as
root it would map the build user to root. So the farm makes the namespace: every number maps to itself, but for the
build user's, which is swapped with `BUILD_UID`. Files of root look like files of root; no process in it is root, and
none has a capability or can gain one (bubblewrap drops them and sets no-new-privileges).
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from farm import process
from farm.sandbox.errors import SandboxUnavailableError

BUILD_UID = 64000
"""Uid and gid, on the host, of what runs in a sandbox. Distributions leave 60001-65519 to the machine's own use."""

_ALL = 2**32 - 1

_HOLD = 'echo "$$"; read -r _ <&"$1"'
"""Says its process id, then keeps the namespace alive until the other end of the pipe is closed."""


def swapped(inside: int, outside: int = BUILD_UID) -> str:
    """Return a uid_map in which two numbers are swapped and every other maps to itself.

    Lines are `<first inside> <first outside> <count>` (user_namespaces(7)).
    """
    low, high = sorted((inside, outside))
    if low == high:
        return f"0 0 {_ALL}\n"
    rows = [
        (0, 0, low),
        (low, high, 1),
        (low + 1, low + 1, high - low - 1),
        (high, low, 1),
        (high + 1, high + 1, _ALL - high - 1),
    ]
    return "".join(f"{first} {host} {count}\n" for first, host, count in rows if count)


@cache
def user_namespace(uid: int, gid: int) -> int:
    """Return an open descriptor of the namespace with that build user; made once per process, for root alone.

    It belongs to `BUILD_UID`, so that bubblewrap, started with that uid, may set up mounts in it. Further user
    namespaces cannot be made inside.

    Raises:
        SandboxUnavailableError: the kernel refuses.
    """
    read_end, write_end = os.pipe()
    maker = _Maker(uid_map=swapped(uid), gid_map=swapped(gid), release=write_end)
    try:
        finished = process.stream(
            [*as_build_user(), "unshare", "--user", "--", "bash", "-c", _HOLD, "bash", str(read_end)],
            maker.started,
            pass_fds=(read_end,),
            timeout=30.0,
        )
    except OSError as exc:
        raise _refused(str(exc)) from exc
    finally:
        os.close(read_end)
        maker.close()
    if maker.namespace is None:
        raise _refused(finished.stderr.strip())
    _forbid_nesting(maker.namespace)
    return maker.namespace


def as_build_user() -> list[str]:
    """Return the command prefix that drops root for the build user's uid."""
    return ["setpriv", f"--reuid={BUILD_UID}", f"--regid={BUILD_UID}", "--clear-groups", "--"]


@dataclass(slots=True, kw_only=True)
class _Maker:
    """Maps the users of the holder's namespace and opens it, once the holder says that it runs."""

    uid_map: str
    gid_map: str
    release: int
    namespace: int | None = None
    _said: bytearray = field(default_factory=bytearray)

    def started(self, piece: bytes) -> None:
        self._said += piece
        if not self._said.endswith(b"\n") or self.namespace is not None:
            return
        holder = Path("/proc", str(int(self._said)))
        (holder / "gid_map").write_text(self.gid_map)
        (holder / "uid_map").write_text(self.uid_map)
        self.namespace = os.open(holder / "ns" / "user", os.O_RDONLY | os.O_CLOEXEC)
        self.close()

    def close(self) -> None:
        if self.release >= 0:
            os.close(self.release)
            self.release = -1


def _forbid_nesting(namespace: int) -> None:
    """A namespace made inside would give its maker capabilities over kernel interfaces that no build needs."""
    process.check(
        ["nsenter", f"--user=/proc/self/fd/{namespace}", "--", "tee", "/proc/sys/user/max_user_namespaces"],
        stdin=b"0",
        pass_fds=(namespace,),
        timeout=30.0,
    )


def _refused(why: str) -> SandboxUnavailableError:
    return SandboxUnavailableError(
        "the kernel gives no user namespace",
        why=why,
        hint="allow them: sysctl user.max_user_namespaces, and CAP_SYS_ADMIN where the farm runs in a container",
    )
