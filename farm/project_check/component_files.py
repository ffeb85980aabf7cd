"""Files that components name: the ones in the project must be there."""

from collections.abc import Iterator

from farm.overlay.archive_scope import archive_faults
from farm.project.model import Component, LocalSpec, OriginType
from farm.project.script_place import script_place
from farm.project_check.finding import Finding


def check_files(component: Component) -> Iterator[Finding]:
    """Yield what makes a component impossible to prepare, without looking at its upstream."""
    if isinstance(component.spec, LocalSpec):
        yield from _local_spec(component, component.spec)
    for overlay in component.overlays:
        if overlay.source is not None and not overlay.source.is_file():
            yield _error(component, str(overlay.origin), f"overlay source {overlay.source} is not there")
    for source in component.sources:
        script = script_place(component, source)
        if source.type is OriginType.CUSTOM and not script.is_file():
            yield _error(
                component, str(source.origin), f"the script {script} of source file {source.filename!r} is missing"
            )
        if not source.hash:
            message = f"source file {source.filename!r} has no `hash`: it is refused when sources are prepared"
            yield Finding(is_error=False, place=str(source.origin), component=component.name, message=message)
    for place, message in archive_faults(component):
        yield _error(component, str(place), message)


def _local_spec(component: Component, spec: LocalSpec) -> Iterator[Finding]:
    if not spec.path.is_file():
        yield _error(component, str(component.origin), f"its spec {spec.path} is not there")
    elif spec.path.name != f"{component.name}.spec":
        yield _error(
            component, str(component.origin), f"its spec must be called {component.name}.spec, not {spec.path.name}"
        )


def _error(component: Component, place: str, message: str) -> Finding:
    return Finding(is_error=True, place=place, component=component.name, message=message)
