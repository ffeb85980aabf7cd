import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.store.record_name import RecordNameError, record_words


@pytest.mark.parametrize("name", ["a", "a/b/c", "facts/x86_64/curl-8.9.1-1^git~2+b", "...", "a/.hidden"])
def test_words(name: str) -> None:
    assert record_words(name) == tuple(name.split("/"))


@given(st.text(max_size=30))
def test_no_word_leads_elsewhere(name: str) -> None:
    try:
        words = record_words(name)
    except RecordNameError:
        return
    assert all(word and word not in (".", "..") and "/" not in word and word.isascii() for word in words)


def test_a_name_has_an_end() -> None:
    with pytest.raises(RecordNameError):
        record_words("/".join(["a"] * 1000))
