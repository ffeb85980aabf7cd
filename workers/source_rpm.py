"""A source RPM from a rendered source, once, with bytes that depend on nothing else (design decision 10)."""

import re
from pathlib import Path

from farm.arch import host_arch
from farm.nevra import Nevra, NevraError
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits
from farm.source_package import RenderedSource, SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build_disk import BuildDisk, build_disk
from workers.build_sandbox import PLAIN, build_sandbox, disk_binds, target
from workers.collect import Bounds, collect_rpms
from workers.policy_macros import TOP_DIRECTORY
from workers.source_files import lay_out
from workers.spec_errors import SpecError, spec_error

_LIMITS = Limits(seconds=300.0, memory_bytes=2 * 2**30, processes=256, output_bytes=4 * 2**20)
_DISK_BYTES = 4 * 2**30
_DIRECTORY_SEED = "00000000-0000-4000-8000-000000000001"

_SCRIPT = r"""
set -eu
spec=$1 epoch=$2 top=$3 target=$4
dated=$(rpmspec -q --srpm --target "$target" --qf '\n@changelog %{CHANGELOGTIME}\n' "$spec") || exit 1
printf '%s\n' "$dated" | grep -q '^@changelog [0-9]' || export SOURCE_DATE_EPOCH=$epoch
rpmbuild -bs --nodeps --target "$target" "$spec" >&2
rpm -q --nosignature --qf '\n@nevra %{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.src\n' -p "$top"/SRPMS/*.src.rpm
"""
"""rpm takes SOURCE_DATE_EPOCH from the changelog only where the variable is not set already.

A source RPM carries the name of the architecture it was made for in its lead and its header: so it is made once, here.
"""

_NEVRA = re.compile(rb"^@nevra (\S+)$", re.MULTILINE)


def build_source_rpm(
    source: RenderedSource, *, root: Path, store: ArtifactStore, scratch: Path, arch: str | None = None
) -> SourceRpm:
    """Make the source RPM and store it.

    Args:
        root: an opened buildroot with rpmbuild in it.
        arch: the root's architecture; this machine's where it is not given.

    Raises:
        SpecError: the spec does not parse, or names a source that is not there.
        InfrastructureError: store or sandbox failed.
    """
    maker = arch or host_arch()
    with build_disk(scratch, size_bytes=_DISK_BYTES, directory_seed=_DIRECTORY_SEED) as disk:
        lay_out(source, disk.own / "SOURCES", store)
        sandbox = build_sandbox(
            root,
            own=disk.own,
            arch=maker,
            variation=PLAIN,
            limits=_LIMITS,
            binds=(
                *disk_binds(disk, PLAIN),
                Bind(source=disk.own / "SOURCES", target=f"{TOP_DIRECTORY}/SOURCES"),
            ),
        )
        spec = f"{TOP_DIRECTORY}/SOURCES/{source.spec_name}"
        arguments = [spec, str(source.epoch), TOP_DIRECTORY, target(maker)]
        result = run_in_sandbox(sandbox, ["sh", "-c", _SCRIPT, "sh", *arguments])
        found = _NEVRA.findall(result.stdout)
        if not result.ok or not found:
            raise spec_error(source.spec_name, result)
        return _stored(source, _nevra(source, found[-1]), disk, store)


def _nevra(source: RenderedSource, said: bytes) -> Nevra:
    """Parse what a source RPM calls itself: programs of the spec may have put another one there."""
    try:
        return Nevra.parse(said.decode(errors="replace"))
    except NevraError as exc:
        raise SpecError(f"{source.spec_name}: its source RPM has an impossible name", why=repr(said[:200])) from exc


def _stored(source: RenderedSource, nevra: Nevra, disk: BuildDisk, store: ArtifactStore) -> SourceRpm:
    """Store the source RPM: the spec may have run programs, so what lies there is not trusted."""
    made = collect_rpms(disk.inside, "build/SRPMS", Bounds(files=1, total_bytes=_DISK_BYTES))
    if [path.name for path in made] != [nevra.filename]:
        raise SpecError(f"{source.spec_name}: it makes no source RPM of its own name", why=nevra.filename)
    return SourceRpm(
        component=source.component, nevra=nevra, digest=store.put_file(made[0]), size=made[0].stat().st_size
    )
