from builders.projects import make_component

from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.system import all_overlays
from farm.project.model import BuildOptions


def test_the_header_always_comes_last() -> None:
    (header,) = all_overlays(make_component())
    assert header.lines[1] == "# Do not edit manually; changes may be overwritten."


def test_macros_come_first_and_the_check_skip_after_the_components_own() -> None:
    own = Overlay(kind=OverlayKind.SPEC_SET_TAG, tag="Version", value="2")
    component = make_component(overlays=(own,), build=BuildOptions(conditions_on=("x",), skip_check="slow"))
    load, source, mine, skip, _ = all_overlays(component)
    assert load.lines[1] == "%{load:%{_sourcedir}/demo.azl.macros}"
    assert (source.tag, source.value) == ("Source9999", "demo.azl.macros")
    assert mine is own
    assert (skip.section, skip.lines) == ("%check", ("# Check section disabled: slow", "exit 0", ""))
