from builders.builds import digest
from builders.node_inputs import locked, node_inputs

from scheduler.node_changes import changes
from scheduler.reasons import (
    BuildrootChanged,
    InputChanged,
    InputsChanged,
    PolicyChanged,
    SourcesChanged,
    SpecChanged,
)

GCC = locked("gcc-14-1.x86_64")


def test_the_same_inputs_give_no_reason() -> None:
    assert changes(node_inputs(packages=[GCC]), node_inputs(packages=[GCC])) == ()


def test_a_changed_spec_explains_the_changed_source_rpm() -> None:
    assert changes(node_inputs(), node_inputs(files={"hello.spec": "other"})) == (SpecChanged(),)


def test_sources_that_come_go_or_change_are_named() -> None:
    before = node_inputs(files={"same": "s", "gone": "g", "changed": "1"})
    after = node_inputs(files={"same": "s", "new": "n", "changed": "2"})

    assert changes(before, after) == (SourcesChanged(files=("changed", "gone", "new")),)


OVERLAY = {"overlays/000/type": "spec-set-tag", "overlays/000/tag": "Vendor", "overlays/000/value": "us"}


def test_what_the_maintainer_changed_is_named_with_its_file() -> None:
    before = node_inputs(named={**OVERLAY, "build/with/docs": "true"})
    other = {**OVERLAY, "overlays/000/value": "them", "build/with/tests": "true"}

    assert changes(before, node_inputs(files={"hello.spec": "other"}, named=other)) == (
        SpecChanged(),
        InputChanged(input="build.with.docs", before="true", after="", file="azldev.toml"),
        InputChanged(input="build.with.tests", before="", after="true", file="azldev.toml"),
        InputChanged(input="overlays[1].value", before="us", after="them", file="azldev.toml"),
    )
    assert changes(before, node_inputs(named=other)) == ()


def test_builds_that_were_kept_without_names_are_explained_by_their_files() -> None:
    assert changes(node_inputs(), node_inputs(files={"hello.spec": "other"}, named=OVERLAY)) == (SpecChanged(),)


def test_each_changed_package_of_the_buildroot_is_a_reason() -> None:
    before = node_inputs(packages=[GCC, locked("make-1-1.x86_64"), locked("zlib-1-1.x86_64")])
    after = node_inputs(
        packages=[locked("gcc-15-1.x86_64"), locked("zlib-1-1.x86_64", content="x"), locked("a-1-1.noarch")]
    )

    assert changes(before, after) == (
        BuildrootChanged(package="a", before="", after="a-1-1.noarch"),
        BuildrootChanged(package="gcc", before="gcc-14-1.x86_64", after="gcc-15-1.x86_64"),
        BuildrootChanged(package="make", before="make-1-1.x86_64", after=""),
        BuildrootChanged(package="zlib", before="zlib-1-1.x86_64", after="zlib-1-1.x86_64"),
    )


def test_the_farms_own_policy_is_a_reason() -> None:
    found = changes(node_inputs(), node_inputs(macros="other", sandbox="2"))

    assert found == (
        PolicyChanged(what="macros", before=digest("macros"), after=digest("other")),
        PolicyChanged(what="sandbox", before="1", after="2"),
    )


def test_a_change_that_nothing_explains_names_the_fields() -> None:
    assert changes(node_inputs(), node_inputs(epoch=5, source_rpm=None)) == (
        InputsChanged(fields=("epoch", "source_rpm")),
    )
    assert changes(node_inputs(), node_inputs(source_rpm="made by another rpmbuild")) == (
        InputsChanged(fields=("source_rpm",)),
    )
