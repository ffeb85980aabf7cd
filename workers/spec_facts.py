"""What a rendered spec says of itself for an architecture: rpmspec, which runs code of the spec, in a sandbox."""

from pathlib import Path

from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits
from farm.source_package import RenderedSource, SpecFacts
from farm.store.artifact_store import ArtifactStore
from workers.build_sandbox import BUILD_DIRECTORY, PLAIN, build_sandbox, target
from workers.policy_macros import TOP_DIRECTORY
from workers.source_files import lay_out
from workers.spec_answer import BINARY_FORMAT, DYNAMIC_MARK, SOURCE_FORMAT, parse_answer
from workers.spec_errors import spec_error

_LIMITS = Limits(seconds=120.0, memory_bytes=2**30, processes=128, output_bytes=16 * 2**20)
_ROOM_BYTES = 64 * 2**20

_SCRIPT = r"""
set -eu
spec=$1 target=$2 source_format=$3 binary_format=$4 dynamic=$5
rpmspec -q --srpm --target "$target" --qf "$source_format" "$spec"
rpmspec -q --builtrpms --target "$target" --qf "$binary_format" "$spec"
rpmspec -P --target "$target" "$spec" > /tmp/parsed
if grep -qi '^%generate_buildrequires\>' /tmp/parsed; then printf '\n%s\n' "$dynamic"; fi
"""


def read_spec(source: RenderedSource, *, root: Path, arch: str, store: ArtifactStore, scratch: Path) -> SpecFacts:
    """Return what rpmspec says of a rendered spec.

    Args:
        root: an opened buildroot with rpmspec in it, of any architecture.
        arch: the architecture asked for.

    Raises:
        SpecError: the spec does not parse.
        InfrastructureError: store or sandbox failed.
    """
    with claimed_directory(scratch, "spec") as own:
        own.chmod(0o711)  # the build user goes through it to what is bound
        lay_out(source, own / "SOURCES", store)
        sandbox = build_sandbox(
            root,
            own=own,
            arch=arch,
            variation=PLAIN,
            limits=_LIMITS,
            binds=(Bind(source=own / "SOURCES", target=f"{TOP_DIRECTORY}/SOURCES"),),
            tmpfs=((BUILD_DIRECTORY, _ROOM_BYTES),),
        )
        spec = f"{TOP_DIRECTORY}/SOURCES/{source.spec_name}"
        arguments = [spec, target(arch), SOURCE_FORMAT, BINARY_FORMAT, DYNAMIC_MARK]
        result = run_in_sandbox(sandbox, ["sh", "-c", _SCRIPT, "sh", *arguments])
    if not result.ok:
        raise spec_error(source.spec_name, result)
    return parse_answer(result.stdout, arch=arch, spec_name=source.spec_name)
