from pathlib import Path

from builders.spec_readers import NO_MACROS, spec_file, spec_text

from farm.requires.fast_reader import FastReader
from farm.requires.planned_facts import planned_facts
from farm.source_package import BinaryPackage, SpecFacts


def test_facts_by_component_and_architecture(tmp_path: Path) -> None:
    tags = "%ifarch aarch64\nBuildRequires: arm\n%endif\nExcludeArch: aarch64\n"
    specs = [spec_file(tmp_path, spec_text(tags), name="good"), spec_file(tmp_path, "%if 1\n", name="bad")]
    found = planned_facts(specs, reader=FastReader(), macros=NO_MACROS, arches=["aarch64", "x86_64"])
    assert list(found) == ["good", "bad"]
    arm, intel = found["good"]["aarch64"], found["good"]["x86_64"]
    assert isinstance(arm, SpecFacts)
    assert isinstance(intel, SpecFacts)
    assert (arm.build_requires, intel.build_requires) == (("arm",), ())
    assert (bool(arm.excluded), bool(intel.excluded)) == (True, False)
    assert intel.packages == (BinaryPackage(name="x", provides=("x = 1-1", "x(x86-64) = 1-1"), requires=()),)
    assert found["bad"] == {"aarch64": "unclosed %if", "x86_64": "unclosed %if"}
