from pathlib import Path

import pytest

from infra.demo.layout.errors import DemoFilesError
from infra.demo.layout.upstreams import DebianOrigin, PypiOrigin, UpstreamFile, read_upstreams

HASH = "0123456789abcdef" * 8
DEBIAN = 'component = "one"\nfile = "one-1.tar.gz"\ndebian = "uno"\noriginal = "uno_1.orig.tar.gz"\n'


def make_demo(root: Path, *, entries: str, sources: str) -> Path:
    directory = root / "dist-git" / "one"
    directory.mkdir(parents=True)
    (directory / "sources").write_text(sources)
    (root / "upstreams.toml").write_text(entries)
    return root


def test_a_file_has_its_hash_from_sources_and_its_origin_from_upstreams(tmp_path: Path) -> None:
    demo = make_demo(tmp_path, entries=f"[[upstream]]\n{DEBIAN}", sources=f"SHA512 (one-1.tar.gz) = {HASH}\n")
    assert read_upstreams(demo) == (
        UpstreamFile(
            component="one",
            filename="one-1.tar.gz",
            sha512=HASH,
            origin=DebianOrigin(package="uno", original="uno_1.orig.tar.gz"),
        ),
    )


def test_pypi_is_the_other_origin(tmp_path: Path) -> None:
    entry = '[[upstream]]\ncomponent = "one"\nfile = "one-1.tar.gz"\npypi = "one"\n'
    demo = make_demo(tmp_path, entries=entry, sources=f"SHA512 (one-1.tar.gz) = {HASH}\n")
    assert read_upstreams(demo)[0].origin == PypiOrigin(project="one")


@pytest.mark.parametrize(
    ("entries", "sources", "words"),
    [
        (f"[[upstream]]\n{DEBIAN}", f"SHA512 (two-1.tar.gz) = {HASH}\n", "two-1.tar.gz"),
        (f"[[upstream]]\n{DEBIAN}", f"SHA256 (one-1.tar.gz) = {HASH[:64]}\n", "SHA512"),
        (f'[[upstream]]\n{DEBIAN}pypi = "one"\n', f"SHA512 (one-1.tar.gz) = {HASH}\n", "comes from"),
        ('[[upstream]]\ncomponent = "one"\nfile = "one-1.tar.gz"\n', "", "comes from"),
        (f'[[upstream]]\n{DEBIAN}other = "x"\n', "", "other"),
        (f"[[upstream]]\n{DEBIAN}", "no entry\n", "sources"),
        ("[[upstream", "", "upstreams.toml"),
    ],
)
def test_files_that_contradict_one_another_are_refused(tmp_path: Path, entries: str, sources: str, words: str) -> None:
    demo = make_demo(tmp_path, entries=entries, sources=sources)
    with pytest.raises(DemoFilesError) as caught:
        read_upstreams(demo)
    assert words in f"{caught.value.what} {caught.value.why}"
