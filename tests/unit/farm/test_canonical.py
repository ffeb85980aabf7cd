import json
from dataclasses import dataclass

import pytest
from builders.builds import build_result, failed_result, verdict
from hypothesis import given
from hypothesis import strategies as st

from farm.build import BuildResult
from farm.canonical import CorruptRecordError, decode, encode, identity
from farm.nevra import Nevra
from farm.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    b: int
    a: str
    pairs: tuple[tuple[str, float], ...] = ()
    maybe: Nevra | None = None


NEVRAS = st.builds(Nevra, name=st.text(), epoch=st.integers(0, 9), version=st.text(), release=st.text(), arch=st.text())
SAMPLES = st.builds(
    Sample,
    b=st.integers(-(2**63), 2**63 - 1),
    a=st.text(),
    pairs=st.lists(st.tuples(st.text(), st.floats(allow_nan=False, allow_infinity=False))).map(tuple),
    maybe=st.none() | NEVRAS,
)


@given(SAMPLES)
def test_a_value_survives(value: Sample) -> None:
    assert decode(encode(value), Sample) == value


@given(SAMPLES)
def test_encoding_is_stable_and_plain_json(value: Sample) -> None:
    data = encode(value)
    assert encode(decode(data, Sample)) == data
    assert list(json.loads(data)) == sorted(json.loads(data))


def test_results_and_verdicts_survive() -> None:
    for result in (build_result(), failed_result()):
        assert decode(encode(result), BuildResult) == result
    assert decode(encode(verdict()), Verdict) == verdict()


def test_keys_are_sorted_without_white_space() -> None:
    assert encode({"b": 1, "a": [1, 2]}) == b'{"a":[1,2],"b":1}'


def test_identity_keeps_kinds_apart() -> None:
    assert identity("one", {"a": 1}) != identity("other", {"a": 1})
    assert identity("one", {"a": 1, "b": 2}) == identity("one", {"b": 2, "a": 1})


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"b": "x", "a": "y"}', b'{"a": "y"}', b"\xff"])
def test_other_bytes_are_a_corrupt_record(data: bytes) -> None:
    with pytest.raises(CorruptRecordError) as caught:
        decode(data, Sample)
    assert caught.value.why
    assert caught.value.hint


@pytest.mark.parametrize("data", [b'{"a": "\xff", "b": 1}', b'{"unknown":' + b"[" * 100_000])
def test_what_is_not_even_text_or_has_no_end_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptRecordError):
        decode(data, Sample)
