from pathlib import Path

import pytest

from farm.paths import CachePaths, StatePaths


@pytest.mark.parametrize("paths", [StatePaths(root=Path("/r")), CachePaths(root=Path("/r"))])
def test_all_lie_below_the_root_and_are_different(paths: StatePaths | CachePaths) -> None:
    named = [getattr(paths, name) for name, value in vars(type(paths)).items() if isinstance(value, property)]
    assert all(Path("/r") in path.parents for path in named)
    assert len(set(named)) == len(named) >= 5
