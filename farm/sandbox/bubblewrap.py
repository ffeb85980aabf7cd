"""The bubblewrap command line of a sandbox: pure."""

from dataclasses import dataclass

from farm.sandbox.host_view import HostView
from farm.sandbox.sandbox import Sandbox

SMALL_TMPFS = (("/tmp", 256 * 2**20), ("/var/tmp", 256 * 2**20), ("/run", 16 * 2**20))  # noqa: S108 - inside
"""Writable directories that every sandbox has unless it asks for another size; what is in them counts as memory."""

SHARED_MEMORY_BYTES = 64 * 2**20

_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Open file descriptors that bubblewrap inherits.

    Attributes:
        status: bubblewrap writes the command's exit status here as JSON.
        user_namespace: the namespace that maps the build user; None lets bubblewrap make one for the calling user.
        passwd: content of `/etc/passwd`, `group` of `/etc/group`; used where the sandbox has no root of its own.
    """

    status: int
    user_namespace: int | None
    passwd: int
    group: int


def bubblewrap_argv(sandbox: Sandbox, view: HostView, descriptors: Descriptors) -> list[str]:
    """Return the command line up to and including the `--`.

    The order is that of mounting: root, the kernel's file systems, small writable directories, what the sandbox asks
    for; last, everything that was only made to hold mount points becomes read-only.
    """
    return [
        "bwrap",
        *("--json-status-fd", str(descriptors.status)),
        *_identity(sandbox, descriptors),
        *_NAMESPACES,
        *(() if sandbox.network else ("--unshare-net",)),
        *("--hostname", sandbox.hostname),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *_root(sandbox, view, descriptors),
        *_kernel_file_systems("", SHARED_MEMORY_BYTES),
        *_writable(sandbox),
        *_binds(sandbox, view),
        *(word for place in sandbox.chroots for word in _kernel_file_systems(place.rstrip("/"), 2**20)),
        *(("--remount-ro", "/") if sandbox.root is None else ()),
        *(word for name, value in sandbox.environment for word in ("--setenv", name, value)),
        *("--chdir", sandbox.directory),
        "--",
    ]


def _identity(sandbox: Sandbox, descriptors: Descriptors) -> list[str]:
    if sandbox.as_root:
        return ["--cap-drop", "ALL", *(word for name in sandbox.capabilities for word in ("--cap-add", name))]
    inside = ["--uid", str(sandbox.uid), "--gid", str(sandbox.gid)]
    if descriptors.user_namespace is None:
        return ["--unshare-user", *inside]
    namespace = str(descriptors.user_namespace)
    return ["--userns", namespace, "--sync-fd", namespace, *inside]  # a sync-fd is closed before the command starts


def _root(sandbox: Sandbox, view: HostView, descriptors: Descriptors) -> list[str]:
    if sandbox.root is not None:
        return ["--ro-bind", str(sandbox.root), "/"]
    argv = ["--perms", "0755", "--dir", "/etc"]
    for path in view.system:
        argv += ["--ro-bind", path, path]
    for link, target in view.links:
        argv += ["--symlink", target, link]
    argv += ["--ro-bind-data", str(descriptors.passwd), "/etc/passwd"]
    argv += ["--ro-bind-data", str(descriptors.group), "/etc/group"]
    return argv


def _kernel_file_systems(place: str, shared_memory: int) -> list[str]:
    """`/proc` and a minimal, read-only `/dev` (devices stay writable) whose `/dev/shm` has a limit."""
    return [
        *("--proc", f"{place}/proc", "--dev", f"{place}/dev"),
        *("--perms", "1777", "--size", str(shared_memory), "--tmpfs", f"{place}/dev/shm"),  # noqa: S108 - inside
        *("--remount-ro", f"{place}/dev"),
    ]


def _writable(sandbox: Sandbox) -> list[str]:
    asked = {target for target, _ in sandbox.tmpfs} | {bind.target for bind in sandbox.binds}
    small = tuple((target, size) for target, size in SMALL_TMPFS if target not in asked)
    argv: list[str] = []
    for target, size in (*small, *sandbox.tmpfs):
        argv += ["--perms", "1777", "--size", str(size), "--tmpfs", target]
    return argv


def _binds(sandbox: Sandbox, view: HostView) -> list[str]:
    """The farm's own programs come after the writable directories: they may lie below one."""
    argv: list[str] = []
    for path in view.programs if sandbox.root is None else ():
        argv += ["--ro-bind", path, path]
    for bind in sandbox.binds:
        argv += ["--bind" if bind.writable else "--ro-bind", str(bind.source), bind.target]
    return argv
