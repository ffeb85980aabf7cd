import pickle
from pathlib import Path

from farm.paths import CachePaths, StatePaths
from workers.site import Site


def test_the_address_of_the_ledger_does_not_travel_to_workers(tmp_path: Path) -> None:
    state = StatePaths(root=tmp_path, ledger_url="postgresql://farm:secret@host/farm")
    site = Site(state=state, cache=CachePaths(root=tmp_path / "cache"), repositories={})
    assert b"secret" not in pickle.dumps(site)
    assert site.state == StatePaths(root=tmp_path)
