from pathlib import Path

import pytest
from builders.seed_lock import SHELL, seed_lock

from farm.environment import is_root
from farm.paths import CachePaths
from farm.sandbox.mount_table import mount_table
from farm.sources.script_roots import NETWORK_FILES, OUTPUT_DIRECTORY, SCRIPT_DIRECTORY
from farm.store.directory_store import DirectoryStore
from workers.buildroot import Buildroots
from workers.script_root import script_root

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not is_root(), reason="only root installs packages")]


def test_a_root_has_the_layers_and_the_places_of_a_script(tmp_path: Path, seed_repository: Path) -> None:
    cache = CachePaths(root=tmp_path / "cache")
    buildroots = Buildroots(
        cache=cache, store=DirectoryStore(tmp_path / "store"), repositories={"seed": seed_repository}
    )
    with script_root(buildroots, seed_lock(seed_repository, SHELL)) as root:
        assert (root / "usr/bin/dash").is_file()
        for name in (SCRIPT_DIRECTORY, OUTPUT_DIRECTORY):
            place = root / name.removeprefix("/")
            assert (list(place.iterdir()), oct(place.stat().st_mode & 0o777)) == ([], "0o755")
        for name in NETWORK_FILES:
            assert (root / name.removeprefix("/")).read_bytes() == b""
        assert b"builder:x:1000:1000:" in (root / "etc/passwd").read_bytes()
        with pytest.raises(OSError, match="Read-only"):
            (root / "etc/x").write_bytes(b"")
    assert [path for path in cache.scratch.iterdir() if path.is_dir()] == []
    assert not any(str(tmp_path) in mount.target for mount in mount_table())
