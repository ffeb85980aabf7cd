"""Rounds of %generate_buildrequires with real rpmbuild, in the sandbox."""

from dataclasses import replace

import pytest
from builders.specs import make_spec
from builders.workbench import SMALL, Workbench

from farm.build import BuildLimits
from workers.dynamic_requires import GenerateError, generated_requires

pytestmark = pytest.mark.integration


def _generate(bench: Workbench, spec: str, limits: BuildLimits = SMALL) -> tuple[str, ...]:
    return generated_requires(
        bench.source_rpm(spec),
        root=bench.root,
        arch=bench.arch,
        store=bench.store,
        scratch=bench.scratch,
        limits=limits,
    )


def test_static_and_generated_requirements_are_known_after_a_round(bench: Workbench) -> None:
    spec = make_spec(
        tags="BuildRequires: gcc, (absent-a if absent-b)",
        generate="echo 'python3dist(flit-core) >= 3'\necho noise >&2\nif command -v gcc >/dev/null; then echo seen; fi",
    )
    assert _generate(bench, spec) == ("(absent-a if absent-b)", "gcc", "python3dist(flit-core) >= 3", "seen")


def test_round_that_finds_nothing_new(bench: Workbench) -> None:
    assert _generate(bench, make_spec(tags="BuildRequires: gcc", generate=": nothing")) == ("gcc",)


def test_section_that_fails_says_why(bench: Workbench) -> None:
    with pytest.raises(GenerateError) as caught:
        _generate(bench, make_spec(generate="no-such-generator"))
    assert caught.value.exit_status == 4
    assert "no-such-generator" in caught.value.why
    assert caught.value.what.startswith("tiny: %generate_buildrequires: ")


def test_section_that_hangs_is_ended(bench: Workbench) -> None:
    with pytest.raises(GenerateError, match="still running after 2 seconds"):
        _generate(bench, make_spec(generate="sleep 600"), replace(SMALL, seconds=2))
