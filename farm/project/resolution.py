"""From definitions to resolved components: who inherits what, and which upstream a spec comes from."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from farm.overlay.model import Overlay
from farm.project.boundary import Boundary
from farm.project.errors import InvalidConfigError
from farm.project.inheritance import inherit
from farm.project.layer import EMPTY_LAYER, BuildLayer, ComponentLayer, SpecLayer
from farm.project.merge import ComponentDefinition, Definitions
from farm.project.model import (
    BuildOptions,
    Component,
    DistroReference,
    LocalSpec,
    ReleaseCalculation,
    UpstreamSpec,
)
from farm.project.origin import Origin
from farm.project.overlay_files import read_overlay_files
from farm.project.upstream import Upstream, Upstreams


class Resolver:
    """Resolves the components of one project.

    Args:
        specs: paths of the specs that groups discovered, by component.
        memberships: sorted group names, by component.
    """

    def __init__(
        self,
        definitions: Definitions,
        boundary: Boundary,
        *,
        specs: Mapping[str, Path],
        memberships: Mapping[str, tuple[str, ...]],
        permissive: bool,
    ) -> None:
        self._definitions = definitions
        self._boundary = boundary
        self._specs = specs
        self._memberships = memberships
        self._permissive = permissive
        self._upstreams = Upstreams(definitions)
        self._inherited: dict[tuple[str, ...], ComponentLayer] = {}
        self._options: dict[int, tuple[BuildLayer, BuildOptions]] = {}

    def resolve(self, name: str) -> Component:
        """Return a component after inheritance.

        Raises:
            UnknownDistroError: its upstream distribution or version is not defined.
            InvalidConfigError: it has no spec, or two.
        """
        discovered = self._specs.get(name)
        definition = self._definitions.components.get(name)
        if definition is None:
            definition = ComponentDefinition(layer=EMPTY_LAYER, origin=Origin(file=discovered or Path(name)))
        groups = self._memberships.get(name, ())
        layer = inherit(self._defaults(groups), definition.layer)
        return Component(
            name=name,
            spec=self._spec(name, layer.spec, discovered, definition.origin),
            release=ReleaseCalculation(layer.release or "auto"),
            overlays=layer.overlays + self._overlays_of_files(layer, definition.origin),
            build=self._build_options(layer.build),
            sources=layer.sources,
            channels=layer.channels,
            packages=layer.packages,
            groups=groups,
            skip_file_filter=layer.skip_file_filter,
            origin=definition.origin,
        )

    def _defaults(self, groups: tuple[str, ...]) -> ComponentLayer:
        """Merge what a component inherits; most components share it, so it is made once for each set of groups."""
        if groups not in self._inherited:
            layers = [self._definitions.groups[group].defaults for group in groups]
            self._inherited[groups] = inherit(self._upstreams.built_defaults(), self._definitions.defaults, *layers)
        return self._inherited[groups]

    def _build_options(self, build: BuildLayer) -> BuildOptions:
        """Return build options; components that only inherit share one layer, and so one value."""
        known = self._options.get(id(build))
        if known is None:
            known = self._options[id(build)] = (build, _build_options(build))
        return known[1]

    def _overlays_of_files(self, layer: ComponentLayer, origin: Origin) -> tuple[Overlay, ...]:
        if not layer.overlay_files:
            return ()
        said_at = Origin(file=origin.file, keys=(*origin.keys, "overlay-files"))
        return read_overlay_files(
            layer.overlay_files, origin.file.parent, self._boundary, said_at, permissive=self._permissive
        )

    def _spec(self, name: str, spec: SpecLayer, discovered: Path | None, origin: Origin) -> LocalSpec | UpstreamSpec:
        if discovered is not None:
            if spec.path is not None and spec.path != discovered:
                raise InvalidConfigError(
                    f"component {name!r} has two specs", why=f"{origin}: {spec.path}, and {discovered} by its group"
                )
            return self._local(name, SpecLayer(), discovered)
        if spec.type == "local" and spec.path is not None:
            return self._local(name, spec, spec.path)
        if spec.type == "upstream":
            return self._upstream(name, spec, origin)
        raise InvalidConfigError(
            f"component {name!r} has no spec",
            why=f"{origin}: its `spec.type` is neither said nor inherited",
            hint="set `spec.type`, here or in a default-component-config",
        )

    def _local(self, name: str, spec: SpecLayer, path: Path) -> LocalSpec:
        distro = self._definitions.distros.get(spec.distro or self._definitions.project.default_distro.name)
        return LocalSpec(
            path=path,
            package=name,
            lookaside=distro.lookaside if distro else "",
            download_allowed=not (distro and distro.disable_origins),
            said=DistroReference(name=spec.distro, version=spec.version, snapshot=spec.snapshot),
        )

    def _upstream(self, name: str, spec: SpecLayer, origin: Origin) -> UpstreamSpec:
        said = (spec.distro, spec.version, spec.snapshot)
        upstream: Upstream = self._upstreams.of(said, name, origin)
        package = spec.upstream_name or name
        return UpstreamSpec(
            distro=upstream.distro,
            version=upstream.version,
            package=package,
            dist_git=upstream.dist_git(package),
            branch=upstream.branch,
            lookaside=upstream.lookaside,
            commit=spec.upstream_commit,
            snapshot=upstream.snapshot,
            download_allowed=upstream.download_allowed,
            said=replace(upstream.said, package=spec.upstream_name) if spec.upstream_name else upstream.said,
        )


def _build_options(build: BuildLayer) -> BuildOptions:
    return BuildOptions(
        conditions_on=build.conditions_on,
        conditions_off=build.conditions_off,
        defines=tuple(sorted(build.defines.items())),
        undefines=build.undefines,
        skip_check=build.skip_reason if build.skip_check else "",
        expected_failure=build.expected_reason if build.expected_failure else "",
        expensive=build.expensive,
        upstream_provenance=build.upstream_provenance,
    )
