"""Full inputs of a build, of which a test names only what it is about."""

from collections.abc import Mapping, Sequence

from builders.builds import digest

from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.inputs.named_input import NamedInput
from farm.nevra import Nevra
from farm.node_inputs import NodeInputs
from farm.source_package import RenderedSource, SourceFile, SourceRpm


def locked(text: str, *, content: str = "") -> LockedPackage:
    return LockedPackage(
        nevra=Nevra.parse(text), digest=digest(f"{text} {content}"), repository="seed", location=f"{text}.rpm"
    )


def node_inputs(
    component: str = "hello",
    *,
    files: Mapping[str, str] | None = None,
    packages: Sequence[LockedPackage] = (),
    macros: str = "macros",
    sandbox: str = "1",
    epoch: int = 0,
    source_rpm: str | None = None,
    named: Mapping[str, str] | None = None,
) -> NodeInputs:
    """Return inputs whose identities follow from their content, as those of a real build do."""
    contents = {f"{component}.spec": "spec", **(files or {})}
    sources = tuple(SourceFile(name=name, digest=digest(text)) for name, text in sorted(contents.items()))
    source = RenderedSource(component=component, files=sources, epoch=epoch)
    lock = BuildrootLock(arch="x86_64", layers=(tuple(sorted(packages)),))
    rpm = SourceRpm(
        component=component,
        nevra=Nevra.parse(f"{component}-1-1.src"),
        digest=digest(f"source RPM of {source.id}" if source_rpm is None else source_rpm),
        size=1,
    )
    build = BuildInputs(
        component=component,
        arch="x86_64",
        source_rpm=rpm.digest,
        buildroot=lock.id,
        macros=digest(macros),
        sandbox=sandbox,
        epoch=epoch,
    )
    said = tuple(
        NamedInput(name=tuple(name.split("/")), value=value, file="azldev.toml")
        for name, value in sorted((named or {}).items())
    )
    return NodeInputs(build=build, source=source, source_rpm=rpm, lock=lock, named=said)
