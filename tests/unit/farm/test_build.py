from dataclasses import fields, replace

import pytest
from builders.builds import build_inputs

from farm.build import BuildInputs

DECIDED = ("component", "arch", "source_rpm", "buildroot", "macros", "sandbox", "epoch")
"""Fields that reach the output of a build. A new field, or a new way of encoding, changes every build id, so that
everything is built again: add it here only after that decision, and write it into the change log."""

GOLDEN = "1102482d612e5503d7ed9d80658170afdea5428c1079aecbd47f45e04424ec3b"


def test_a_new_input_is_a_decision() -> None:
    assert tuple(each.name for each in fields(BuildInputs)) == DECIDED


def test_the_build_id_of_an_example_never_changes() -> None:
    assert build_inputs().build_id == GOLDEN


@pytest.mark.parametrize("name", DECIDED)
def test_every_input_reaches_the_build_id(name: str) -> None:
    example = build_inputs()
    changed = replace(example, **{name: 1 if name == "epoch" else "other"})  # type: ignore[arg-type] # by name
    assert changed.build_id != example.build_id
