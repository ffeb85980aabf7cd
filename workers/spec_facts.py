"""What a rendered spec says of itself for an architecture: rpmspec, which runs code of the spec, in a sandbox."""

from pathlib import Path

from farm.requires.macro_set import MacroSet
from farm.requires.planned_facts import spec_facts
from farm.requires.reading import RenderedSpec
from farm.requires.rpm_reader import ROOM, RpmReader
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.source_package import RenderedSource, SpecFacts
from farm.store.artifact_store import ArtifactStore
from workers.build_sandbox import PLAIN, build_sandbox
from workers.source_files import lay_out
from workers.spec_errors import SpecError

_ROOM_BYTES = 64 * 2**20
_OWN_MACROS = MacroSet(files=(), complete=True)
"""A buildroot has all macros itself."""


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

        def sandbox(binds: tuple[Bind, ...], limits: Limits) -> Sandbox:
            room = ((ROOM, _ROOM_BYTES),)
            return build_sandbox(root, own=own, arch=arch, variation=PLAIN, limits=limits, binds=binds, tmpfs=room)

        reader = RpmReader(scratch=scratch, make_sandbox=sandbox, processes=1)
        spec = RenderedSpec(component=source.component, path=own / "SOURCES" / source.spec_name)
        (reading,) = reader.read([spec], macros=_OWN_MACROS, arch=arch)
    facts = spec_facts(reading)
    if facts is None:
        raise SpecError(
            f"{reading.component}.spec: rpm cannot use this spec",
            why=reading.error,
            hint=f"lines are those of the rendered spec: farm component render -p {reading.component}",
        )
    return facts
