"""What the overlays of the real distribution cost, a component, in milliseconds of CPU.

    FARM_TEST_AZURELINUX=/path/to/azurelinux PYTHONPATH=tests .venv/bin/python tests/bench/overlays.py

Every component's rendered spec gets its macros, its check skip and the header. The component's own overlays are timed,
too, those that do not apply to a spec that has them already up to their failure.
"""

import sys
from pathlib import Path

from farm.clock import SystemClock
from farm.environment import variable
from farm.overlay.engine import apply_overlays
from farm.overlay.errors import OverlayError
from farm.overlay.files import Files
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.overlay.model import Overlay
from farm.overlay.system import all_overlays
from farm.project.loader import load_project
from farm.project.model import Component


def main() -> None:
    """Apply them all, and print."""
    tree = Path(variable("FARM_TEST_AZURELINUX"))
    clock = SystemClock()
    seconds: list[tuple[float, str]] = []
    applied = failed = 0
    for component in load_project(tree).components.values():
        files = _files(tree, component)
        if not files:
            continue
        started = clock.monotonic()
        for overlay in all_overlays(component):
            done = _apply(files, overlay, component.name)
            files, applied, failed = (done, applied + 1, failed) if done else (files, applied, failed + 1)
        seconds.append((clock.monotonic() - started, component.name))
    slowest = ", ".join(f"{name} {1000 * each:.0f} ms" for each, name in sorted(seconds, reverse=True)[:5])
    mean = 1000 * sum(each for each, _ in seconds) / len(seconds)
    sys.stdout.write(
        f"{len(seconds)} components, {applied} overlays applied, {failed} did not\n"
        f"mean {mean:.2f} ms a component; slowest: {slowest}\n"
    )


def _files(tree: Path, component: Component) -> Files:
    directory = tree / "specs" / component.name[0].lower() / component.name
    if not (directory / f"{component.name}.spec").is_file():
        return {}
    files = {path.name: path.read_bytes() for path in sorted(directory.iterdir()) if path.is_file()}
    macros = macros_file(component.build)
    return {**files, macros_file_name(component.name): macros} if macros else files


def _apply(files: Files, overlay: Overlay, component: str) -> Files:
    try:
        (step,) = apply_overlays(files, [overlay], component=component, read_source=lambda path: path.read_bytes())
    except OverlayError:
        return {}
    return step.files


if __name__ == "__main__":
    main()
