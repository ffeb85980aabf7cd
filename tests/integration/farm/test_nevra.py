"""Version order against rpm's own."""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from farm.nevra import compare_versions

pytestmark = pytest.mark.integration

VERSIONS = st.text("0123aAzZ.~^_+é", min_size=1, max_size=14)

Compare = Callable[[str, str], int]


@pytest.fixture(scope="module")
def rpm_order() -> Compare:
    """The binding of the host's rpm lies outside the virtual environment."""
    spec = importlib.machinery.PathFinder.find_spec("rpm", ["/usr/lib/python3/dist-packages"])
    if spec is None or spec.loader is None:
        pytest.skip("the host has no python3-rpm")
    rpm = importlib.util.module_from_spec(spec)
    sys.modules["rpm"] = rpm
    spec.loader.exec_module(rpm)
    compare: Callable[[tuple[str, str, str], tuple[str, str, str]], int] = rpm.labelCompare
    return lambda one, other: compare(("0", one, "1"), ("0", other, "1"))


@settings(max_examples=500)
@given(VERSIONS, VERSIONS)
@example("1.0^", "1.0")
@example("1~^", "1~")
@example("1.0^a~b", "1.0^a")
@example("1.", "1.é")
@example("^", "~")
@example("~", "~~")
@example("^", "1")
@example("^1", "1")
def test_versions_are_ordered_as_rpm_orders_them(rpm_order: Compare, one: str, other: str) -> None:
    assert compare_versions(one, other) == rpm_order(one, other)
