"""A Debian archive of our own and the real converter root."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.debian_archive import DebianArchive, debian_archive
from builders.seed_bench import HELLO, LIBRARY, LIST, NAMES, SPEC, RecordingVoice

from farm.arch import arch_named
from farm.environment import cache_directory, is_root
from farm.paths import CachePaths
from workers.seed import apt_configuration, apt_download, seed
from workers.seed.debian_root import root_path
from workers.seed.package_list import read_list
from workers.seed.seed import Request, read_request
from workers.seed.seed_paths import SeedPaths
from workers.seed.tool_roots import TOOL_ROOTS


@pytest.fixture(scope="session")
def converter_root() -> Path:
    """The converter root of this machine's cache."""
    row = TOOL_ROOTS["converter"]
    path = root_path(row.suite, row.packages, cache=SeedPaths(root=CachePaths(root=cache_directory()).seed).roots)
    if not path.is_dir() or not is_root():
        pytest.skip("no converter root: infra/check makes it, as root")
    return path


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[DebianArchive]:
    """An archive that apt takes for Debian's."""
    with tempfile.TemporaryDirectory(prefix="seed") as place:
        made = debian_archive(Path(place))
        made.publish(HELLO, LIBRARY)
        monkeypatch.setattr(apt_configuration, "KEYRING", made.keyring)
        monkeypatch.setattr(apt_download, "KEYRING", made.keyring)
        monkeypatch.setattr(seed, "debian_mirror", lambda: made.uri)
        yield made
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def paths(tmp_path: Path, converter_root: Path) -> SeedPaths:
    """An empty cache that has the converter root."""
    made = SeedPaths(root=tmp_path / "cache")
    made.roots.mkdir(parents=True)
    (made.roots / converter_root.name).symlink_to(converter_root)
    return made


@pytest.fixture
def request_of_hello(tmp_path: Path) -> Request:
    """A list of one package that needs another, and a local one."""
    (tmp_path / "local").mkdir()
    (tmp_path / "small.toml").write_text(LIST)
    (tmp_path / "names.toml").write_text(NAMES)
    (tmp_path / "local" / "macros.spec").write_text(SPEC)
    (tmp_path / "local" / "macros.x").write_text("%x 1\n")
    return read_request(read_list(tmp_path / "small.toml"), arch_named("x86_64"))


@pytest.fixture
def voice() -> RecordingVoice:
    """A voice that remembers."""
    return RecordingVoice()
