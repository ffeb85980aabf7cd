"""What `farm component query --reader` shows of a spec; the JSON of `-O json` has exactly these fields."""

from dataclasses import dataclass

from farm.cli.component_view import ComponentView
from farm.cli.output import Column
from farm.requires.reading import PackageReading, SpecReading


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecView:
    """What the spec of a component says for an architecture.

    Attributes:
        reader: who says so: `fast` or `rpm`.
        nevra: of the source package; empty where the spec cannot be read.
        dynamic: whether there are BuildRequires that only a build finds (`%generate_buildrequires`).
        excluded: why it is not built for this architecture; empty where it is.
        guesses: what the reader could not know.
        error: why the spec cannot be read; empty where it can.
        configuration: what the project says, after inheritance.
    """

    name: str
    arch: str
    reader: str
    nevra: str
    build_requires: tuple[str, ...]
    dynamic: bool
    packages: tuple[PackageReading, ...]
    exclusive_arch: tuple[str, ...]
    exclude_arch: tuple[str, ...]
    build_arch: tuple[str, ...]
    excluded: str
    sources: tuple[str, ...]
    patches: tuple[str, ...]
    guesses: tuple[str, ...]
    error: str
    configuration: ComponentView


SPEC_COLUMNS = [
    Column[SpecView]("name", lambda row: row.name),
    Column[SpecView]("arch", lambda row: row.arch),
    Column[SpecView]("reader", lambda row: row.reader),
    Column[SpecView]("nevra", lambda row: row.nevra or f"unreadable: {row.error}"),
    Column[SpecView]("build requires", lambda row: ", ".join([*row.build_requires, *(["..."] if row.dynamic else [])])),
    Column[SpecView]("packages", lambda row: [package.name for package in row.packages]),
    Column[SpecView]("provides", lambda row: ", ".join(sorted({name for it in row.packages for name in it.provides}))),
    Column[SpecView]("excluded", lambda row: row.excluded),
    Column[SpecView]("guesses", lambda row: ", ".join(row.guesses)),
]


def spec_view(reading: SpecReading, configuration: ComponentView) -> SpecView:
    """Return a reading with the configuration of its component."""
    return SpecView(
        name=configuration.name,
        arch=reading.arch,
        reader=reading.reader,
        nevra=str(reading.source or ""),
        build_requires=reading.build_requires,
        dynamic=reading.dynamic,
        packages=reading.packages,
        exclusive_arch=reading.exclusive_arch,
        exclude_arch=reading.exclude_arch,
        build_arch=reading.build_arch,
        excluded=reading.excluded,
        sources=reading.sources,
        patches=reading.patches,
        guesses=reading.guesses,
        error=reading.error,
        configuration=configuration,
    )
