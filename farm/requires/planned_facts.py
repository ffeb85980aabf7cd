"""What specs need and make before there is a source RPM of them: for previews of plans, and of what an edit reaches."""

from collections.abc import Mapping, Sequence

from farm.requires.macro_set import MacroSet
from farm.requires.reading import RenderedSpec, SpecReader, SpecReading
from farm.source_package import BinaryPackage, SpecFacts


def planned_facts(
    specs: Sequence[RenderedSpec], *, reader: SpecReader, macros: MacroSet, arches: Sequence[str]
) -> Mapping[str, Mapping[str, SpecFacts | str]]:
    """Return by component and architecture the facts that the build graph is made of, or why there are none.

    These facts are as good as their reader: those of the fast one may miss what only code of a spec says.

    Raises:
        InfrastructureError: the reader cannot work here.
    """
    found: dict[str, dict[str, SpecFacts | str]] = {spec.component: {} for spec in specs}
    for arch in arches:
        for reading in reader.read(specs, macros=macros, arch=arch):
            found[reading.component][arch] = spec_facts(reading) or reading.error
    return found


def spec_facts(reading: SpecReading) -> SpecFacts | None:
    """Return a reading as facts for the build graph; None where the spec could not be read."""
    if reading.source is None:
        return None
    return SpecFacts(
        arch=reading.arch,
        source=reading.source,
        build_requires=reading.build_requires,
        dynamic=reading.dynamic,
        packages=tuple(
            BinaryPackage(name=package.name, provides=package.provides, requires=package.requires)
            for package in reading.packages
        ),
        excluded=reading.excluded,
    )
