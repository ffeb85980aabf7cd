from pathlib import Path

import pytest

from infra.demo.layout.errors import UpstreamFileError
from infra.demo.layout.pip_settings import PipSettings
from infra.demo.layout.pypi_origin import PypiSources, find_link, page_url

PAGE = (
    "<html><body><a href='../../files/one-1.tar.gz#sha256=00'>one</a>"
    '<a href="https://files.invalid/one%2B2.tar.gz?x=1&amp;y=2">two</a></body></html>'
)


def settings(*indexes: str) -> PipSettings:
    return PipSettings(indexes=indexes, cert="", proxy="")


def make_index(root: Path, page: str = PAGE) -> str:
    (root / "simple" / "some-project").mkdir(parents=True)
    (root / "simple" / "some-project" / "index.html").write_text(page)
    (root / "files").mkdir()
    (root / "files" / "one-1.tar.gz").write_bytes(b"release")
    return (root / "simple").as_uri()


@pytest.mark.parametrize(
    ("index", "url"),
    [
        ("https://index.invalid/simple", "https://index.invalid/simple/some-project/"),
        ("https://index.invalid/simple/", "https://index.invalid/simple/some-project/"),
        ("file:///srv/simple", "file:///srv/simple/some-project/index.html"),
    ],
)
def test_a_page_has_the_normalised_name(index: str, url: str) -> None:
    assert page_url(index, "Some_.Project") == url


@pytest.mark.parametrize(
    ("filename", "url"),
    [
        ("one-1.tar.gz", "https://index.invalid/files/one-1.tar.gz"),
        ("one+2.tar.gz", "https://files.invalid/one%2B2.tar.gz?x=1&y=2"),
        ("ne-1.tar.gz", ""),
    ],
)
def test_links_are_relative_to_the_page_and_lose_their_fragment(filename: str, url: str) -> None:
    assert find_link(PAGE, "https://index.invalid/simple/some-project/", filename) == url


def test_the_next_index_is_asked_where_one_fails(tmp_path: Path) -> None:
    sources = PypiSources(settings((tmp_path / "nothing").as_uri(), make_index(tmp_path)))
    sources.fetch("some.project", "one-1.tar.gz", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"release"


def test_what_no_index_has_is_an_error_that_names_each(tmp_path: Path) -> None:
    index = make_index(tmp_path)
    with pytest.raises(UpstreamFileError, match=r"two\.tar\.gz") as caught:
        PypiSources(settings(index)).fetch("some-project", "two.tar.gz", tmp_path / "got")
    assert index in caught.value.why
    assert not (tmp_path / "got").exists()
