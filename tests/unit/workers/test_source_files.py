"""Rendered sources as files."""

from pathlib import Path

import pytest
from builders.specs import EPOCH, make_rendered

from farm.digest import digest_bytes
from farm.source_package import RenderedSource, SourceFile
from farm.store.directory_store import DirectoryStore
from workers.source_files import SourceNameError, lay_out


def test_modes_and_times_are_fixed(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    source = make_rendered(store, "Name: tiny\n", files={"a b;.txt": b"data"})
    assert lay_out(source, tmp_path / "deep/out", store) == len("Name: tiny\n") + 4
    for name in ("tiny.spec", "a b;.txt"):
        status = (tmp_path / "deep/out" / name).stat()
        assert (status.st_mode & 0o7777, int(status.st_mtime)) == (0o644, EPOCH)


def test_spec_must_be_there(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    source = RenderedSource(component="tiny", files=(), epoch=0)
    with pytest.raises(SourceNameError, match=r"there is no tiny\.spec"):
        lay_out(source, tmp_path / "out", store)


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/b", "../x", "/etc/passwd", "a\0b"])
def test_names_that_are_paths_are_refused(name: str, tmp_path: Path) -> None:
    files = (SourceFile(name=name, digest=digest_bytes(b"")),)
    with pytest.raises(SourceNameError, match="not a plain file name"):
        lay_out(
            RenderedSource(component="tiny", files=files, epoch=0),
            tmp_path / "out",
            DirectoryStore(tmp_path / "store"),
        )
    assert not (tmp_path / "out").exists()
