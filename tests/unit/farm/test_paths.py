from pathlib import Path

import pytest

from farm.paths import CachePaths, StatePaths


@pytest.mark.parametrize("paths", [StatePaths(root=Path("/r")), CachePaths(root=Path("/r"))])
def test_all_lie_below_the_root_and_are_different(paths: StatePaths | CachePaths) -> None:
    names = [name for name, value in vars(type(paths)).items() if isinstance(value, property)]
    named = [getattr(paths, name) for name in names if name != "ledger_address"]
    assert all(Path("/r") in path.parents for path in named)
    assert len(set(named)) == len(named) >= 5


def test_a_ledger_elsewhere_is_named_by_its_url_and_not_printed() -> None:
    paths = StatePaths(root=Path("/r"), ledger_url="postgresql://farm:secret@db/farm")
    assert paths.ledger_address == "postgresql://farm:secret@db/farm"
    assert StatePaths(root=Path("/r")).ledger_address == Path("/r/ledger.sqlite")
    assert "secret" not in repr(paths)
