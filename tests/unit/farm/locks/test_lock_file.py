from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.locks.errors import LockFileError
from farm.locks.lock_file import Lock, format_lock, parse_lock, read_lock

COMMIT = "0123456789abcdef0123456789abcdef01234567"

WRITTEN = f"""\
# Managed by azldev component update. Do not edit manually.
version = 1
import-commit = '{COMMIT}'
upstream-commit = '{COMMIT}'
manual-bump = 2
input-fingerprint = 'sha256:ab'
resolution-input-hash = 'sha256:cd'
"""

LOCK = Lock(
    import_commit=COMMIT, upstream_commit=COMMIT, manual_bump=2, fingerprint="sha256:ab", resolution="sha256:cd"
)


def test_a_lock_is_written_and_read() -> None:
    assert format_lock(LOCK) == WRITTEN
    assert parse_lock(WRITTEN, "x") == LOCK


def test_what_was_not_said_is_left_out() -> None:
    assert format_lock(Lock()) == "# Managed by azldev component update. Do not edit manually.\nversion = 1\n"


def test_an_unknown_key_says_nothing() -> None:
    assert parse_lock('version = 1\nfuture = "x"\n', "x") == Lock()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not toml", "x"),
        ("", "version is 0"),
        ("version = 2\n", "version is 2"),
        ('version = "1"\n', "int"),
        ("version = 1\nmanual-bump = -1\n", "manual-bump"),
        ("version = 1\nmanual-bump = 1.5\n", "int"),
        ("version = 1\nupstream-commit = '--upload-pack=x'\n", "no commit id"),
        ("version = 1\nimport-commit = 'HEAD'\n", "no commit id"),
        ("version = 1\nversion = 1\n", "x"),
        ("[version]\n", "int"),
    ],
)
def test_a_lock_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(LockFileError) as caught:
        parse_lock(text, "locks/x.lock")
    assert words in caught.value.why
    assert caught.value.why.startswith("locks/x.lock")


def test_a_lock_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(LockFileError):
        read_lock(path)
    with pytest.raises(LockFileError):
        read_lock(tmp_path)


@given(
    st.builds(
        Lock,
        import_commit=st.from_regex(r"([0-9a-f]{40})?", fullmatch=True),
        upstream_commit=st.from_regex(r"([0-9a-f]{40})?", fullmatch=True),
        manual_bump=st.integers(0, 2**40),
        fingerprint=st.text(st.characters(exclude_categories=["Cs"])),
        resolution=st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_writing_and_reading_lose_nothing(lock: Lock) -> None:
    assert parse_lock(format_lock(lock), "x") == lock
