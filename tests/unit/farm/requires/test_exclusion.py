"""Which architectures a spec is built for."""

import pytest

from farm.requires.exclusion import exclusion


@pytest.mark.parametrize(
    ("noarch", "exclusive", "excluded", "is_excluded"),
    [
        (False, [], [], False),
        (False, ["x86_64", "aarch64"], [], False),
        (False, ["aarch64"], [], True),
        (False, [], ["x86_64"], True),
        (True, ["noarch"], [], False),
        (True, ["aarch64", "noarch"], [], True),
        (True, ["x86_64", "noarch"], [], False),
        (True, ["x86_64"], [], True),
    ],
)
def test_exclusion(noarch: bool, exclusive: list[str], excluded: list[str], is_excluded: bool) -> None:  # noqa: FBT001 - a table of cases
    said = exclusion("x86_64", noarch=noarch, exclusive=exclusive, excluded=excluded)
    assert bool(said) is is_excluded
    assert not said or said.startswith("Architecture is ")
