import platform

import pytest

from farm.arch import ARCHES, UnknownArchError, arch_named, host_arch


def test_a_row_by_its_name() -> None:
    assert {name: arch_named(name).debian for name in ARCHES} == {"x86_64": "amd64", "aarch64": "arm64"}


def test_an_unknown_one_names_the_known() -> None:
    with pytest.raises(UnknownArchError) as caught:
        arch_named("vax")
    assert caught.value.hint == "known are aarch64, x86_64"
    assert caught.value.exit_status == 2


def test_the_host() -> None:
    assert host_arch() == platform.machine()
