"""Every input of a component by name: what may change the packages that are built from it.

azldev's fingerprint covers the configuration, the source's identity, the manual bump, the release version and the
content of overlay sources. Here is more: the words that reach the spec (the reason of a skipped check), the file
filter, the mock configuration and the base of the buildroot.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from farm.inputs.contents import Contents
from farm.inputs.layers import Layers
from farm.locks.lock_file import Lock
from farm.overlay.model import Overlay
from farm.project.farm_file import FARM_NAME
from farm.project.keys import Keys
from farm.project.model import Component, DeclaredSource, LocalSpec, Project, UpstreamSpec
from farm.project.origin import Origin
from farm.project.script_place import script_place

NO_LOCK = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input.

    Attributes:
        name: way to it in the tree of inputs; for a configuration, azldev's keys.
        value: what it is; for a file, what stands for its content.
        keys: way to it in a component table; empty where `origin` says the place.
        element: the element of the list there.
    """

    name: tuple[str, ...]
    value: str
    keys: Keys = ()
    element: str = ""
    origin: Origin | None = None


class ProjectInputs:
    """Names the inputs of a project's components.

    Args:
        contents: knows the files that the project names.
    """

    def __init__(self, project: Project, layers: Layers, contents: Contents) -> None:
        self._project = project
        self._layers = layers
        self._contents = contents
        self._built_for = tuple(_surroundings(project, layers, contents))
        self._upstream_release: dict[tuple[str, str], tuple[Input, ...]] = {}

    def of(self, component: Component, lock: Lock = NO_LOCK) -> tuple[Input, ...]:
        """Return all inputs of a component.

        Raises:
            LocalSourceError: its local spec cannot be read.
        """
        return (
            *_spec(component, lock),
            *self._source(component, lock),
            *_configuration(component),
            *(named for at, overlay in enumerate(component.overlays) for named in self._overlay(at, overlay)),
            *(named for source in component.sources for named in declared_inputs(source)),
            *(named for source in component.sources for named in self._script(component, source)),
            *self._release_version(component),
            *self._built_for,
        )

    def said_at(self, component: Component, named: Input) -> Origin:
        """Return where an input is said."""
        return named.origin or self._layers.said_at(component, named.keys, named.element)

    def place(self, component: Component, named: Input) -> str:
        """Return file and line where an input is said."""
        return self._layers.place(self.said_at(component, named))

    def _source(self, component: Component, lock: Lock) -> Iterator[Input]:
        spec = component.spec
        if isinstance(spec, LocalSpec):
            for name, digest in sorted(self._contents.directory(spec.path).items()):
                yield Input(name=("source", name), value=digest, origin=Origin(file=spec.path.parent / name))
        elif lock.upstream_commit or spec.commit:
            yield Input(
                name=("source", "commit"), value=lock.upstream_commit or spec.commit, keys=("spec", "upstream-commit")
            )
        elif spec.snapshot:
            yield Input(name=("source", "snapshot"), value=spec.snapshot, keys=("spec", "upstream-distro", "snapshot"))

    def _overlay(self, at: int, overlay: Overlay) -> Iterator[Input]:
        for key, value in overlay_words(overlay):
            yield Input(name=("overlays", f"{at:03}", key), value=value, origin=below(overlay.origin, key))
        if overlay.source:
            origin = below(overlay.origin, "source")
            digest = self._contents.file(overlay.source)
            yield Input(name=("overlays", f"{at:03}", "source"), value=f"{overlay.target_name} {digest}", origin=origin)

    def _script(self, component: Component, source: DeclaredSource) -> Iterator[Input]:
        """Yield what makes a declared source file, where a script does."""
        if not source.script:
            return
        path = script_place(component, source)
        start = ("source-files", source.filename)
        script = f"{source.script} {self._contents.file(path)}"
        yield Input(name=(*start, "script"), value=script, origin=Origin(file=path))
        for key, values in (("inputs", source.inputs), ("mock-packages", source.packages)):
            if values:
                origin = below(source.origin, "origin", key)
                yield Input(name=(*start, key), value=" ".join(values), origin=origin)

    def _release_version(self, component: Component) -> tuple[Input, ...]:
        spec = component.spec
        if not isinstance(spec, UpstreamSpec):
            return ()
        key = (spec.distro, spec.version)
        if key not in self._upstream_release:
            text, origin = self._layers.distro_text(spec.distro, "versions", spec.version, "release-ver")
            named = Input(name=("distro", "upstream-release-ver"), value=text, origin=origin)
            self._upstream_release[key] = (named,) if text else ()
        return self._upstream_release[key]


def overlay_words(overlay: Overlay) -> Iterator[tuple[str, str]]:
    """Yield the fields that an overlay says, by azldev's key, without its description and its source."""
    fields = (
        ("type", str(overlay.kind)),
        ("archive", overlay.archive),
        ("file", overlay.file),
        ("section", overlay.section),
        ("package", overlay.package),
        ("tag", overlay.tag),
        ("value", overlay.value),
        ("regex", overlay.regex),
        ("replacement", overlay.replacement),
        ("lines", "\n".join(overlay.lines)),
    )
    yield from ((key, value) for key, value in fields if value)


def below(origin: Origin | None, *keys: str) -> Origin | None:
    """Return a place further in."""
    return Origin(file=origin.file, keys=(*origin.keys, *keys)) if origin else None


def declared_inputs(source: DeclaredSource) -> Iterator[Input]:
    """Yield what counts of a declared source file; where it comes from does not: its hash says what it is."""
    fields = (
        ("hash", f"{source.hash_type} {source.hash}".strip(), "hash"),
        ("replace-upstream", "true" if source.replaces_upstream else "", "replace-upstream"),
    )
    for name, value, key in fields:
        if value:
            yield Input(name=("source-files", source.filename, name), value=value, origin=below(source.origin, key))


def _spec(component: Component, lock: Lock) -> Iterator[Input]:
    spec = component.spec
    yield Input(
        name=("spec", "type"), value="local" if isinstance(spec, LocalSpec) else "upstream", keys=("spec", "type")
    )
    if isinstance(spec, LocalSpec):
        yield Input(name=("spec", "path"), value=spec.path.name, keys=("spec", "path"))
    else:
        distro = ("spec", "upstream-distro")
        yield Input(name=(*distro, "name"), value=spec.distro, keys=(*distro, "name"))
        yield Input(name=(*distro, "version"), value=spec.version, keys=(*distro, "version"))
        if spec.package != component.name:
            yield Input(name=("spec", "upstream-name"), value=spec.package, keys=("spec", "upstream-name"))
    if lock.manual_bump:
        yield Input(name=("lock", "manual-bump"), value=str(lock.manual_bump))


def _configuration(component: Component) -> Iterator[Input]:
    build = component.build
    yield Input(name=("release", "calculation"), value=str(component.release), keys=("release", "calculation"))
    for key, names in (
        ("with", build.conditions_on),
        ("without", build.conditions_off),
        ("undefines", build.undefines),
    ):
        for name in dict.fromkeys(names):
            yield Input(name=("build", key, name), value="true", keys=("build", key), element=name)
    for name, value in build.defines:
        yield Input(name=("build", "defines", name), value=value, keys=("build", "defines", name))
    if build.skip_check:
        yield Input(name=("build", "check", "skip"), value=build.skip_check, keys=("build", "check", "skip"))
    if build.upstream_provenance:
        keys = ("build", "emit-upstream-provenance")
        yield Input(name=keys, value="true", keys=keys)
    if component.skip_file_filter:
        keys = ("render", "skip-file-filter")
        yield Input(name=keys, value="true", keys=keys)


def _surroundings(project: Project, layers: Layers, contents: Contents) -> Iterator[Input]:
    release, origin = layers.distro_text(project.name, "versions", project.version, "release-ver")
    if release:
        yield Input(name=("distro", "release-ver"), value=release, origin=origin)
    for directory, path in {path.parent: path for path in layers.mock_configs(project.name, project.version)}.items():
        for name, digest in sorted(contents.mock_files(path).items()):
            yield Input(name=("distro", "mock-config", name), value=digest, origin=Origin(file=directory / name))
    farm_file = project.root / FARM_NAME
    if project.farm.base:
        yield Input(
            name=("buildroot", "base"),
            value=" ".join(project.farm.base),
            origin=Origin(file=farm_file, keys=("buildroot", "base")),
        )
    for at, layer in enumerate(project.farm.layers):
        yield Input(
            name=("buildroot", "layers", layer.name),
            value=" ".join(layer.packages),
            origin=Origin(file=farm_file, keys=("buildroot", "layers", at)),
        )
