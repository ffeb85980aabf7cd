"""One round of `%generate_buildrequires`: what a build says it needs, once it can look at its sources."""

from pathlib import Path

from farm.build import BuildLimits
from farm.canonical import identity
from farm.errors import BuildError
from farm.requires.rpm_answer import requirements
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build_sandbox import PLAIN, target
from workers.failure import find_cause, limit_cause
from workers.policy_macros import TOP_DIRECTORY
from workers.unpacked import unpacked
from workers.variation import directory_seed

_SCRIPT = r"""
spec=$1 target=$2 top=$3
rpmbuild -br --nodeps --target "$target" "$spec" >&2
status=$?
case $status in 0|11) ;; *) exit "$status" ;; esac
rpm -q --nosignature --dbpath /tmp/rpmdb --qf '[@requires\t%{REQUIRENEVRS}\n]' -p "$top"/SRPMS/*.buildreqs.nosrc.rpm
"""
"""rpmbuild ends with status 11 where it has written the BuildRequires it found into a `.buildreqs.nosrc.rpm`."""


class GenerateError(BuildError):
    """`%generate_buildrequires`, or what runs before it, failed."""

    code = "BLD030"


def generated_requires(
    source_rpm: SourceRpm,
    *,
    root: Path,
    arch: str,
    store: ArtifactStore,
    scratch: Path,
    limits: BuildLimits,
    epoch: int = 1_000_000_000,
) -> tuple[str, ...]:
    """Return all BuildRequires known after one round, static ones too, sorted.

    Call it again in a buildroot that has them, until it adds none.

    Args:
        root: an opened buildroot with what is known to be required so far.
        epoch: SOURCE_DATE_EPOCH for a spec without a dated changelog.

    Raises:
        GenerateError: a section of the spec failed.
        InfrastructureError: store, disk or sandbox failed.
    """
    seed = directory_seed(identity("generate", source_rpm.digest), PLAIN)
    with unpacked(
        source_rpm,
        root=root,
        arch=arch,
        variation=PLAIN,
        limits=limits,
        directory_seed=seed,
        store=store,
        scratch=scratch,
    ) as ready:
        arguments = [ready.spec, target(arch), TOP_DIRECTORY]
        result = run_in_sandbox(ready.dated_sandbox(epoch), ["sh", "-c", _SCRIPT, "sh", *arguments])
    if not result.ok:
        raise _error(source_rpm, result, limits)
    lines = result.stdout.decode(errors="replace").split("\n")
    return requirements([line.partition("\t")[2] for line in lines if line.startswith("@requires\t")])


def _error(source_rpm: SourceRpm, result: SandboxResult, limits: BuildLimits) -> GenerateError:
    log = result.stderr.encode()
    if result.timed_out:
        cause = limit_cause("timeout", f"still running after {limits.seconds} seconds", log)
    elif result.out_of_memory:
        cause = limit_cause("out-of-memory", f"more than {limits.memory_bytes >> 20} MiB of memory", log)
    else:
        cause = find_cause(log)
    return GenerateError(
        f"{source_rpm.component}: {cause.summary}",
        why="\n".join(cause.lines),
        hint="the section %generate_buildrequires, or %prep before it, must succeed with the static BuildRequires",
    )
