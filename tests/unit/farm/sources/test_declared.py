import pytest
from builders.projects import make_declared_source

from farm.project.model import DeclaredSource, OriginType
from farm.sources.declared import merge_declared
from farm.sources.errors import SourceConflictError
from farm.sources.sources_file import format_sources, parse_sources

UPSTREAM = parse_sources(f"SHA256 (a) = {'0' * 64}\n# c\nSHA256 (b) = {'1' * 64}\n".encode())


def declared(
    filename: str,
    *,
    replaces: bool = False,
    source_hash: str = "f" * 64,
    kind: OriginType = OriginType.DOWNLOAD,
) -> DeclaredSource:
    return make_declared_source(
        filename, hash=source_hash, type=kind, script="", uri="https://example.org/x", replaces_upstream=replaces
    )


def test_a_replacement_keeps_its_place_and_a_new_one_goes_to_the_end() -> None:
    lines = merge_declared(UPSTREAM, [declared("new"), declared("a", replaces=True)])
    assert format_sources(lines).decode().splitlines() == [
        f"SHA256 (a) = {'f' * 64}",
        "# c",
        f"SHA256 (b) = {'1' * 64}",
        f"SHA256 (new) = {'f' * 64}",
    ]


@pytest.mark.parametrize(
    "source",
    [
        declared("a"),
        declared("new", replaces=True),
        declared("new", source_hash=""),
        declared("new", source_hash="../../../etc/passwd"),
        declared("new", source_hash="f" * 63),
    ],
)
def test_contradictions_are_refused(source: DeclaredSource) -> None:
    with pytest.raises(SourceConflictError) as caught:
        merge_declared(UPSTREAM, [source])
    assert "/project/azldev.toml" in caught.value.why


def test_what_a_script_makes_is_an_entry_like_others() -> None:
    lines = merge_declared(UPSTREAM, [declared("new.tar", kind=OriginType.CUSTOM)])
    assert format_sources(lines[-1:]).decode() == f"SHA256 (new.tar) = {'f' * 64}\n"
