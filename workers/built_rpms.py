"""From what a successful build left on its disk to checked, stored RPMs."""

from farm.build import BuildLimits, BuiltRpm
from farm.built_facts import save_facts
from farm.errors import BuildError
from farm.rpm.reader import BadRpmError, read_rpms
from farm.rpm_facts import RpmFacts
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build_disk import BuildDisk
from workers.collect import BadOutputError, Bounds, collect_rpms


class BadRpmsError(BuildError):
    """A build ended well, but what it left is no set of packages that it may make."""

    code = "BLD021"


def take_rpms(
    disk: BuildDisk, source_rpm: SourceRpm, arch: str, limits: BuildLimits, store: ArtifactStore
) -> tuple[BuiltRpm, ...]:
    """Store the RPMs that a build has left, with their facts, and return them, sorted.

    Raises:
        BadRpmsError: there are none, too many, or some that are not what they should be.
        InfrastructureError: sandbox or store failed.
    """
    try:
        paths = collect_rpms(disk.inside, "build/RPMS", Bounds(total_bytes=limits.disk_bytes))
        facts = read_rpms(paths) if paths else []
    except (BadOutputError, BadRpmError) as exc:
        raise BadRpmsError(exc.what, why=exc.why) from exc
    if not facts:
        raise BadRpmsError("the build has made no package", why=f"{source_rpm.nevra.filename} for {arch}")
    for path, rpm in zip(paths, facts, strict=True):
        check_rpm(rpm, filename=path.name, source_rpm=source_rpm, arch=arch)
    for path, rpm in zip(paths, facts, strict=True):
        if store.put_file(path) != rpm.digest:
            raise BadRpmsError(f"{path.name} has led its reader astray", why="its digest is not the one that was read")
    save_facts(store, facts)
    return tuple(sorted(_built(rpm) for rpm in facts))


def check_rpm(rpm: RpmFacts, *, filename: str, source_rpm: SourceRpm, arch: str) -> None:
    """Make sure that an RPM is one that this build may make: it came out of a sandbox that ran anybody's code.

    Raises:
        BadRpmsError: it is not.
    """
    wrong = (
        (rpm.nevra.filename != filename, f"is {rpm.nevra.filename} inside"),
        (rpm.nevra.arch not in (arch, "noarch"), f"is for {rpm.nevra.arch}, but {arch} was built"),
        (rpm.source_rpm != source_rpm.nevra.filename, f"says it was built from {rpm.source_rpm or 'nothing'}"),
        (rpm.signed, "is signed already"),
    )
    for is_wrong, why in wrong:
        if is_wrong:
            raise BadRpmsError(f"{filename} {why}", why=f"made from {source_rpm.nevra.filename}")


def _built(rpm: RpmFacts) -> BuiltRpm:
    return BuiltRpm(nevra=rpm.nevra, digest=rpm.digest, size=rpm.size, header=rpm.header, payload=rpm.payload)
