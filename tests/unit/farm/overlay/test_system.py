from builders.projects import make_component

from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.system import all_overlays
from farm.project.model import BuildOptions


def test_the_header_always_comes_last() -> None:
    (header,) = all_overlays(make_component())
    assert header.lines[1] == "# Do not edit manually; changes may be overwritten."


def test_overlays_inside_archives_come_first_and_together() -> None:
    other = Overlay(kind=OverlayKind.SPEC_SET_TAG, tag="Version", value="2")
    first, second, third = (
        Overlay(kind=OverlayKind.FILE_REMOVE, archive=archive, file=name)
        for archive, name in (("b.tar", "1"), ("a.tar", "2"), ("b.tar", "3"))
    )
    component = make_component(overlays=(first, other, second, third))
    assert all_overlays(component)[:4] == (first, third, second, other)


def test_whether_macros_are_loaded_can_be_said() -> None:
    assert len(all_overlays(make_component(), has_macros=True)) == 3


def test_macros_come_first_and_the_check_skip_after_the_components_own() -> None:
    own = Overlay(kind=OverlayKind.SPEC_SET_TAG, tag="Version", value="2")
    component = make_component(overlays=(own,), build=BuildOptions(conditions_on=("x",), skip_check="slow"))
    load, source, mine, skip, _ = all_overlays(component)
    assert load.lines[1] == "%{load:%{_sourcedir}/demo.azl.macros}"
    assert (source.tag, source.value) == ("Source9999", "demo.azl.macros")
    assert mine is own
    assert (skip.section, skip.lines) == ("%check", ("# Check section disabled: slow", "exit 0", ""))
