from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from builders.projects import make_component, make_declared_source, make_project, make_upstream
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.model import Overlay, OverlayKind
from farm.project.farm_settings import FarmSettings, Waiver
from farm.project.model import BuildOptions, Channels, DistroReference, PackageGroup
from farm.project.origin import Origin
from farm.project.stored_project import StoredProjectError, decode_project, encode_project

HERE = Origin(file=Path("/project/a.toml"), keys=("components", "a", "overlays", 0))
WHOLE = replace(
    make_project(
        make_component(
            "a",
            spec=make_upstream(commit="abcdef0", said=DistroReference(name="up")),
            overlays=(Overlay(kind=OverlayKind.FILE_ADD, file="x", source=Path("/project/x"), origin=HERE),),
            build=BuildOptions(conditions_on=("x",), defines=(("a", "b"),)),
            sources=(
                make_declared_source(
                    "f", hash="00", replaces_upstream=True, origin=HERE, script="make.sh", inputs=("y",)
                ),
            ),
            channels=Channels(rpm="base"),
            packages={"a-devel": Channels(rpm="none")},
            groups=("g",),
        ),
        make_component("b"),
        package_groups={"p": PackageGroup(name="p", description="", packages=("x", "y"), channels=Channels(rpm="r"))},
    ),
    farm=FarmSettings(waivers=(Waiver(component="a", arch="", reason="r", until=date(2027, 1, 2)),)),
    rendered_specs=Path("/project/specs"),
)


def test_a_project_comes_back_as_it_was() -> None:
    assert decode_project(encode_project(WHOLE)) == WHOLE


@pytest.mark.parametrize("data", [b"", b"\x90", b"\xc1", b"\xff" * 100, msgspec.msgpack.encode({"root": 1})])
def test_bytes_that_are_no_project(data: bytes) -> None:
    with pytest.raises(StoredProjectError):
        decode_project(data)


@given(st.data())
def test_damaged_bytes_are_a_project_or_refused(data: st.DataObject) -> None:
    encoded = bytearray(encode_project(WHOLE))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] = data.draw(st.integers(0, 255))
    try:
        decode_project(bytes(encoded))
    except StoredProjectError:
        return
