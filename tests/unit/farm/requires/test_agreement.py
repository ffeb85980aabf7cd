from dataclasses import replace

from farm.nevra import Nevra
from farm.requires.agreement import FIELDS, Difference, compare_readings
from farm.requires.reading import PackageReading, ReaderName, SpecReading

ONE = SpecReading(
    component="x",
    arch="x86_64",
    reader=ReaderName.RPM,
    source=Nevra(name="x", epoch=0, version="1", release="1", arch="src"),
    build_requires=("a", "b"),
    packages=(PackageReading(name="x", arch="noarch", provides=("x = 1-1",), requires=("sh",)),),
)
OTHER = replace(ONE, reader=ReaderName.FAST)


def test_the_same_agrees_in_every_field() -> None:
    found = compare_readings([ONE], [OTHER])
    assert found.differences == ()
    assert {found.share(field) for field in FIELDS} == {1.0}


def test_differences_are_named() -> None:
    other = replace(OTHER, build_requires=("a", "c"), guesses=("lua",), dynamic=True)
    found = compare_readings([ONE, ONE], [OTHER, other])
    assert found.share("build_requires") == 0.5
    assert found.differences == (
        Difference(component="x", field="build_requires", only_truth=("b",), only_other=("c",), guesses=("lua",)),
        Difference(component="x", field="dynamic", only_truth=(), only_other=("dynamic",), guesses=("lua",)),
    )


def test_what_was_not_read_is_not_compared() -> None:
    found = compare_readings([ONE], [replace(OTHER, error="no")])
    assert found.compared == 0
    assert found.unread == {"x": "fast: no"}
    assert found.share("source") == 1.0
