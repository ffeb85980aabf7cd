import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.sources.errors import SourcesFileError
from farm.sources.sources_file import SourceEntry, format_entry, format_sources, parse_sources

SHA = "ab" * 64


def test_modern_and_old_lines_are_read_and_all_is_kept() -> None:
    text = f"# comment\n\nSHA512 (a b.tar) = {SHA}\n".replace("a b", "a+b") + f"{'C' * 32}  old.tgz\n"
    lines = parse_sources(text.encode())
    assert [line.entry for line in lines] == [
        None,
        None,
        SourceEntry(filename="a+b.tar", hash_type="SHA512", hash=SHA),
        SourceEntry(filename="old.tgz", hash_type="MD5", hash="c" * 32),
    ]
    assert format_sources(lines).decode() == text


def test_nothing_is_a_sources_file() -> None:
    assert parse_sources(b"") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense\n", "sources:1"),
        (f"\nSHA512 (../x) = {SHA}\n", "sources:2"),
        (f"SHA512 (/etc/passwd) = {SHA}\n", "plain file name"),
        (f"SHA512 (..) = {SHA}\n", "plain file name"),
        (f"SHA512 (a) = {SHA}\nSHA512 (a) = {SHA}\n", "stands on line 1 already"),
        ("SHA512 (a) = abcd\n", "no SHA512 hash"),
        (f"CRC32 (a) = {'0' * 8}\n", "no CRC32 hash"),
        (f"SHA512 (a b) = {SHA}\n", "white space"),
    ],
)
def test_a_bad_line_is_named(text: str, words: str) -> None:
    with pytest.raises(SourcesFileError) as caught:
        parse_sources(text.encode())
    assert words in caught.value.why


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        lines = parse_sources(data)
    except SourcesFileError:
        return
    assert all("/" not in line.entry.filename for line in lines if line.entry)


NAMES = st.from_regex(r"[A-Za-z0-9._+~-]{1,20}", fullmatch=True).filter(lambda name: name not in (".", ".."))


@given(NAMES, st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_what_is_written_is_read(name: str, digest: str) -> None:
    entry = SourceEntry(filename=name, hash_type="SHA256", hash=digest)
    (line,) = parse_sources(format_entry(entry).encode())
    assert line.entry == entry
