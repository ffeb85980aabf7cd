"""The sandbox that rpm programs run in: a buildroot, a build user with the farm's macros, a place to write."""

import os
from pathlib import Path

from farm.arch import arch_named
from farm.build import BuildLimits, Variation
from farm.errors import InfrastructureError
from farm.sandbox.accounts import group_file, passwd_file
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.user_namespace import BUILD_UID
from workers.build_disk import BuildDisk
from workers.policy_macros import FILE_NAME, POLICY
from workers.variation import user_id

BUILD_DIRECTORY = "/builddir"

_PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/usr/local/sbin"

PLAIN = Variation(
    name="first",
    hostname="farm.invalid",
    time_offset=0,
    umask=0o022,
    locale="C.UTF-8",
    timezone="UTC",
    cpus=1,
    user="builder",
    home=f"{BUILD_DIRECTORY}/builder",
    environment=(),
)
"""Surroundings of every step that is no build: they never vary."""


class MissingFakeTimeError(InfrastructureError):
    """A build asks for another clock, but its buildroot has no libfaketime."""

    code = "VER001"


def disk_binds(disk: BuildDisk, variation: Variation) -> tuple[Bind, ...]:
    """Lay out a disk, still empty, as `/builddir`, `/tmp` and `/var/tmp`, and return its binds."""
    for name, mode in (("build", 0o755), (Path(variation.home).name, 0o755), ("tmp", 0o1777), ("var-tmp", 0o1777)):
        directory = disk.inside / name
        directory.mkdir()
        directory.chmod(mode)
        os.chown(directory, BUILD_UID, BUILD_UID)
    return (
        Bind(source=disk.inside, target=BUILD_DIRECTORY, writable=True),
        Bind(source=disk.inside / "tmp", target="/tmp", writable=True),  # noqa: S108 - inside the sandbox
        Bind(source=disk.inside / "var-tmp", target="/var/tmp", writable=True),  # noqa: S108 - as above
    )


def build_sandbox(
    root: Path,
    *,
    own: Path,
    arch: str,
    variation: Variation,
    limits: Limits,
    binds: tuple[Bind, ...],
    tmpfs: tuple[tuple[str, int], ...] = (),
    started: int = 0,
) -> Sandbox:
    """Return the sandbox of an rpm step.

    Args:
        root: an opened buildroot.
        own: directory of the farm's alone, which the macro file and the accounts are written to.
        started: seconds since 1970 at the start of the build, which another clock counts from.

    Raises:
        MissingFakeTimeError: the variation has another clock, and the buildroot cannot give it.
    """
    number = user_id(variation)
    accounts = (
        ("passwd", passwd_file(variation.user, number, number, variation.home), "/etc/passwd"),
        ("group", group_file(variation.user, number), "/etc/group"),
    )
    files = (
        (FILE_NAME, POLICY.encode(), f"{variation.home}/{FILE_NAME}"),
        # A root is read-only: what is not there cannot be covered, and a root without accounts has no names for any.
        *(account for account in accounts if os.path.lexists(root / account[2].lstrip("/"))),
    )
    for name, content, _ in files:
        (own / name).write_bytes(content)
        (own / name).chmod(0o644)  # rpm would pass over macros that the build user cannot read
    variables = {**_environment(variation), **_clock(root, arch, started, variation.time_offset)}
    return Sandbox(
        root=root,
        binds=(*binds, *(Bind(source=own / name, target=place) for name, _, place in files)),
        tmpfs=tmpfs,
        environment=tuple(sorted(variables.items())),
        directory=BUILD_DIRECTORY,
        hostname=variation.hostname,
        uid=number,
        gid=number,
        umask=variation.umask,
        cpus=variation.cpus,
        limits=limits,
    )


def sandbox_limits(limits: BuildLimits) -> Limits:
    """Return the limits of a build as its sandbox keeps them."""
    return Limits(
        seconds=limits.seconds,
        memory_bytes=limits.memory_bytes,
        processes=limits.processes,
        file_bytes=limits.disk_bytes,
        output_bytes=limits.log_bytes,
    )


def target(arch: str) -> str:
    """Return rpm's `--target` for an architecture: without it, rpm takes flags from the CPU it finds itself on."""
    return f"{arch}-linux"


def _environment(variation: Variation) -> dict[str, str]:
    return {
        "HOME": variation.home,
        "LANG": variation.locale,
        "LC_ALL": variation.locale,
        "LOGNAME": variation.user,
        "PATH": _PATH,
        "SHELL": "/bin/bash",
        "TERM": "dumb",
        "TZ": variation.timezone,
        "USER": variation.user,
        **dict(variation.environment),
    }


def _clock(root: Path, arch: str, started: int, offset: int) -> dict[str, str]:
    """Return the environment that makes programs see another time of day, which goes on from process to process.

    File times stay those of the kernel, because make compares them with each other: so the clock is given as an
    absolute time. With a relative one libfaketime would give files that are touched a time in the future, and a
    makefile that depends on one would be remade for ever. The monotonic clock is the kernel's, too.
    """
    if not offset:
        return {}
    places = (f"usr/lib/{arch_named(arch).triplet}/faketime/libfaketime.so.1", "usr/lib64/faketime/libfaketime.so.1")
    found = [place for place in places if os.path.lexists(root / place)]
    if not found:
        raise MissingFakeTimeError(
            "the buildroot has no libfaketime, so a second build cannot have another clock",
            why=f"none of {', '.join('/' + place for place in places)}",
            hint="add libfaketime to [buildroot] base in farm.toml",
        )
    return {
        "FAKETIME": f"@{started + offset}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
        "FAKETIME_FMT": "%s",
        "LD_PRELOAD": f"/{found[0]}",
        "NO_FAKE_STAT": "1",
    }
