"""Where the scripts of a component lie that make source files."""

from pathlib import Path

from farm.project.model import Component, DeclaredSource, LocalSpec


def script_place(component: Component, source: DeclaredSource) -> Path:
    """Return where a script is: beside a local spec, else beside the file that defines the component."""
    spec = component.spec
    directory = spec.path.parent if isinstance(spec, LocalSpec) else component.origin.file.parent
    return directory / source.script
