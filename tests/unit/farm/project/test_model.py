from dataclasses import replace

import pytest
from builders.projects import make_component, make_project

from farm.project.model import ComponentGroup, Project, SelectionError


def project() -> Project:
    plain = make_project(make_component("lib-a"), make_component("lib-b"), make_component("tool[1]"))
    group = ComponentGroup(name="libs", description="", components=("lib-a", "lib-b"))
    return replace(plain, groups={"libs": group})


def names(*globs: str, groups: tuple[str, ...] = (), everything: bool = False) -> list[str]:
    return [component.name for component in project().select(globs, groups, everything)]


def test_selectors_add_up_and_results_are_sorted() -> None:
    assert names("tool*", "lib-b", groups=("libs",)) == ["lib-a", "lib-b", "tool[1]"]
    assert names("lib-?") == ["lib-a", "lib-b"]
    assert names(everything=True) == ["lib-a", "lib-b", "tool[1]"]


def test_a_name_is_itself_before_it_is_a_glob() -> None:
    assert names("tool[1]") == ["tool[1]"]


def test_what_matches_nothing_is_an_error() -> None:
    for groups in ((), ("absent",)):
        with pytest.raises(SelectionError):
            names(groups=groups)
    with pytest.raises(SelectionError, match="'lib-z'"):
        names("lib-a", "lib-z")
    with pytest.raises(SelectionError, match="'lib-z'"):
        project().component("lib-z")
