from dataclasses import replace
from pathlib import Path

from builders.projects import make_component, make_declared_source, make_upstream

from farm.project.model import LocalSpec
from farm.project.origin import Origin
from farm.project.script_place import script_place

SOURCE = make_declared_source(origin=Origin(file=Path("/p/shared.toml")), script="make.sh")


def test_a_script_lies_beside_the_spec_or_the_file_that_defines_the_component() -> None:
    local = make_component("demo")
    assert isinstance(local.spec, LocalSpec)
    assert script_place(local, SOURCE) == local.spec.path.parent / "make.sh"
    upstream = replace(local, spec=make_upstream(), origin=Origin(file=Path("/p/c/demo.comp.toml")))
    assert script_place(upstream, SOURCE) == Path("/p/c/make.sh")
