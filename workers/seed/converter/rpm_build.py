"""rpmbuild over a generated spec, with everything that could reach the bytes fixed."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from workers.seed.converter.conversion_error import ConversionError

ENVIRONMENT = {
    "PATH": "/usr/bin:/usr/sbin:/bin:/sbin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
}
REPRODUCIBLE_MACROS = {
    "_buildhost": "seed.invalid",
    "vendor": "seed",
    "_binary_payload": "w3.zstdio",
    "_smp_build_ncpus": "1",
    "use_source_date_epoch_as_buildtime": "1",
    "build_mtime_policy": "clamp_to_source_date_epoch",
}
_CONVERSION_MACROS = {
    "_build_name_fmt": "out.rpm",
    "debug_package": "%{nil}",
    "_build_id_links": "none",
    "_missing_build_ids_terminate_build": "0",
    "_unpackaged_files_terminate_build": "0",
    "_binaries_in_noarch_packages_terminate_build": "0",
    "__os_install_post": "%{nil}",
    # Only the whole python3 may stand for the ABI: python3.13-minimal lacks most of the library.
    "__provides_exclude": r"^python\\(abi\\)",
}
_ERROR_LINES = 15


def defines(macros: Mapping[str, str]) -> list[str]:
    """Return rpmbuild's arguments that define macros."""
    return [argument for name, value in macros.items() for argument in ("--define", f"{name} {value}")]


def build_rpm(spec: Path, *, work: Path, target: str, triplet: str, epoch: int) -> Path:
    """Build the binary package of a spec and return the RPM.

    Args:
        work: directory for rpmbuild's own tree; it is made.
        target: architecture to build for; its binaries are never run.
        triplet: Debian's library directory, where rpm's generators look for pkg-config files.
        epoch: SOURCE_DATE_EPOCH.

    Raises:
        ConversionError: rpmbuild failed; the end of its output is in the message.
    """
    output = work / "rpms"
    work.mkdir()
    directories = {"_topdir": work, "_tmppath": work, "_rpmdir": output, "_libdir": f"/usr/lib/{triplet}"}
    macros = {**REPRODUCIBLE_MACROS, **_CONVERSION_MACROS, **{name: str(path) for name, path in directories.items()}}
    finished = subprocess.run(
        ["/usr/bin/rpmbuild", "-bb", "--quiet", "--nodeps", "--target", f"{target}-linux", *defines(macros), str(spec)],
        env={**ENVIRONMENT, "HOME": str(work), "SOURCE_DATE_EPOCH": str(epoch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if finished.returncode:
        tail = finished.stdout.decode(errors="replace").strip().splitlines()[-_ERROR_LINES:]
        raise ConversionError("rpmbuild failed:\n" + "\n".join(tail))
    return output / "out.rpm"
