"""A source RPM laid out for rpmbuild on a build disk: unpacked by rpm in the sandbox, never on the host."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from farm.build import BuildLimits, Variation
from farm.errors import InfrastructureError
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Sandbox
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build_disk import BuildDisk, build_disk
from workers.build_sandbox import build_sandbox, disk_binds, sandbox_limits
from workers.policy_macros import TOP_DIRECTORY

_SOURCE_RPM = "/builddir/source.rpm"
_SECONDS = 600.0
_OUTPUT_BYTES = 2**20

_SCRIPT = r"""
set -eu
rpm -i --nosignature --nodeps --dbpath /tmp/rpmdb "$1" >&2
rpm -q --nosignature --dbpath /tmp/rpmdb --qf '\n@changelog %{CHANGELOGTIME}\n' -p "$1"
rm -rf /tmp/rpmdb
for spec in "$2"/SPECS/*.spec; do printf '\n@spec %s\n' "$spec"; done
"""
_SPEC = re.compile(rb"^@spec (\S+)$", re.MULTILINE)
_DATED = re.compile(rb"^@changelog [0-9]", re.MULTILINE)


class UnpackError(InfrastructureError):
    """A source RPM of the farm's own making could not be unpacked."""

    code = "BLD002"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A source RPM, ready for rpmbuild.

    Attributes:
        sandbox: where to run it.
        spec: path of the spec inside.
        dated: whether the spec has a changelog, which rpm then takes SOURCE_DATE_EPOCH from.
    """

    disk: BuildDisk
    sandbox: Sandbox
    spec: str
    dated: bool

    def dated_sandbox(self, epoch: int) -> Sandbox:
        """Return the sandbox with SOURCE_DATE_EPOCH set where no changelog gives it."""
        if self.dated:
            return self.sandbox
        variables = {**dict(self.sandbox.environment), "SOURCE_DATE_EPOCH": str(epoch)}
        return replace(self.sandbox, environment=tuple(sorted(variables.items())))


@contextmanager
def unpacked(  # noqa: PLR0913 - each is needed by the one sandbox that is made here
    source_rpm: SourceRpm,
    *,
    root: Path,
    arch: str,
    variation: Variation,
    limits: BuildLimits,
    directory_seed: str,
    store: ArtifactStore,
    scratch: Path,
    started: int = 0,
) -> Iterator[Unpacked]:
    """Unpack a source RPM on a disk of its own, which is gone at the end.

    Args:
        started: seconds since 1970, which another clock than the machine's counts from.

    Raises:
        UnpackError: it cannot be unpacked.
        InfrastructureError: store, disk or sandbox failed.
    """
    with build_disk(scratch, size_bytes=limits.disk_bytes, directory_seed=directory_seed) as disk:
        packed = disk.own / "source.rpm"
        store.export(source_rpm.digest, packed)
        packed.chmod(0o644)
        sandbox = build_sandbox(
            root,
            own=disk.own,
            arch=arch,
            variation=variation,
            limits=sandbox_limits(limits),
            binds=disk_binds(disk, variation),
            started=started,
        )
        unpacking = replace(
            sandbox,
            binds=(*sandbox.binds, Bind(source=packed, target=_SOURCE_RPM)),
            limits=replace(sandbox.limits, seconds=_SECONDS, output_bytes=_OUTPUT_BYTES),
        )
        result = run_in_sandbox(unpacking, ["sh", "-c", _SCRIPT, "sh", _SOURCE_RPM, TOP_DIRECTORY])
        specs = _SPEC.findall(result.stdout)
        if not result.ok or len(specs) != 1:
            raise UnpackError(
                f"{source_rpm.nevra.filename} cannot be unpacked",
                why="\n".join(result.stderr.strip().splitlines()[-8:]),
                hint="a larger `disk` under [limits] in farm.toml, if its words are of space",
            )
        yield Unpacked(disk=disk, sandbox=sandbox, spec=specs[0].decode(), dated=bool(_DATED.search(result.stdout)))
