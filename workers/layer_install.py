"""Installs packages into a buildroot directory: rpm of the host, scriptlets and all, in a sandbox."""

from collections.abc import Sequence
from pathlib import Path

from farm.errors import InfrastructureError
from farm.log import get_logger
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox

TARGET = "/buildroot"

_CAPABILITIES = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_SYS_CHROOT")
"""To give files away, write below directories of others, keep set-id bits, and enter the root.

Not `CAP_MKNOD`: a package with a device node is refused, a buildroot gets its `/dev` from the sandbox. Not
`CAP_SETFCAP` (hence `--nocaps`): nothing in a build gains a privilege from a file.
"""

_ENVIRONMENT = (("HOME", "/root"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"))

_LIMITS = Limits(seconds=1800.0, memory_bytes=4 * 2**30, processes=512, file_bytes=16 * 2**30)

_RPM = (
    *("rpm", "--root", TARGET, "--dbpath", "/var/lib/rpm", "--install"),
    *("--nosignature", "--nodeps", "--excludedocs", "--ignorearch", "--ignoreos"),
    *("--nocaps", "--nocontexts", "--nomanifest", "--noplugins"),
)
"""Dependencies were solved when the lock was made, over all layers; the farm checks digests instead of signatures."""

_LINKS = ("bin", "sbin", "lib", "lib64")
_MOUNT_POINTS = {"builddir": 0o755, "dev": 0o755, "proc": 0o555, "run": 0o755, "sys": 0o555, "tmp": 0o1777}
_DIRECTORIES = {"usr": 0o755, "var": 0o755, "var/tmp": 0o1777, **_MOUNT_POINTS}


class InstallError(InfrastructureError):
    """rpm could not install the packages of a layer."""

    code = "BRT003"


def prepare_bottom(root: Path) -> None:
    """Make what must be in an empty root before the first package.

    The links of a merged `/usr`, because rpm cannot swap a directory for a link when the package that ships them
    comes later; and the mount points of sandboxes, because the buildroot is read-only then.
    """
    for name, mode in _DIRECTORIES.items():
        (root / name).mkdir()
        (root / name).chmod(mode)  # whatever the umask is
    for name in _LINKS:
        (root / name).symlink_to(f"usr/{name}")


def install(rpms: Sequence[Path], root: Path) -> None:
    """Install RPM files, whose bytes are verified, into a root.

    Raises:
        InstallError: rpm refused, in its own words.
    """
    if not rpms:
        return
    places = {directory: f"/rpms/{number}" for number, directory in enumerate(sorted({rpm.parent for rpm in rpms}))}
    sandbox = Sandbox(
        root=None,
        binds=(
            *(Bind(source=source, target=target) for source, target in places.items()),
            Bind(source=root, target=TARGET, writable=True),
        ),
        environment=_ENVIRONMENT,
        capabilities=_CAPABILITIES,
        as_root=True,
        chroots=(TARGET,),
        limits=_LIMITS,
    )
    result = run_in_sandbox(sandbox, [*_RPM, *(f"{places[rpm.parent]}/{rpm.name}" for rpm in rpms)])
    if not result.ok:
        raise InstallError(
            f"rpm could not install {len(rpms)} packages into a buildroot",
            why=_words(result.stderr) or f"exit status {result.status}",
            hint="a file conflict or a scriptlet that fails: see the packages named",
        )
    if "scriptlet failed" in result.stderr:
        get_logger().warning("a scriptlet failed in a buildroot", output=_words(result.stderr))


def _words(stderr: str) -> str:
    """Return what rpm says, without what Debian's rpm always says (`rpm: RPM should not be used directly ...`)."""
    lines = [line for line in stderr.strip().splitlines() if not line.startswith("rpm: ")]
    return "\n".join(lines[-20:])
