import sys
from pathlib import Path

import farm
from farm.sandbox.host_view import host_view, tool_environment


def seen(path: Path) -> bool:
    return any(path.resolve().is_relative_to(shown) for shown in (*host_view().system, *host_view().programs))


def test_the_python_of_the_farm_and_the_farm_are_seen() -> None:
    assert seen(Path(sys.prefix))
    assert seen(Path(sys.base_prefix))
    assert seen(Path(farm.__file__))


def test_nothing_is_shown_twice() -> None:
    programs = [Path(path) for path in host_view().programs]
    assert not [(one, two) for one in programs for two in programs if one != two and one.is_relative_to(two)]


def test_homes_and_configuration_are_not_seen() -> None:
    assert not seen(Path("/etc/shadow"))
    assert not seen(Path("/root/.ssh"))
    assert not seen(Path("/home"))


def test_the_environment_finds_the_packages_of_the_farm() -> None:
    environment = dict(tool_environment())
    assert str(Path(farm.__file__).resolve().parent.parent) in environment["PYTHONPATH"].split(":")
