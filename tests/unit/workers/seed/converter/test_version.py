import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.version import Evr


@pytest.mark.parametrize(
    ("debian", "evr", "in_relation"),
    [
        ("1.2-3", "1.2-3", "1.2-3"),
        ("1:1.2-3", "1:1.2-3", "1:1.2-3"),
        ("0:1.2-3", "1.2-3", "1.2-3"),
        ("13.8+deb13u7", "13.8+deb13u7-0", "13.8+deb13u7"),
        ("3.8.2+dfsg-1+b2", "3.8.2+dfsg-1+b2", "3.8.2+dfsg-1+b2"),
        ("1.0-beta-2", "1.0_beta-2", "1.0_beta-2"),
        ("2.0~rc1-1", "2.0~rc1-1", "2.0~rc1-1"),
        ("1:2:3-4", "1:2_3-4", "1:2_3-4"),
    ],
)
def test_a_debian_version_becomes_epoch_version_and_release(debian: str, evr: str, in_relation: str) -> None:
    parsed = Evr.parse(debian)
    assert str(parsed) == evr
    assert parsed.in_relation == in_relation


@pytest.mark.parametrize("text", ["", " ", "-1", "1-", "1.0 2", "1.0\n%post", "x:1-1", "1.0_1-1", "%{nil}"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ConversionError, match="not a Debian version"):
        Evr.parse(text)


@given(st.text())
def test_any_text_is_a_version_that_a_spec_can_hold_or_refused(text: str) -> None:
    try:
        parsed = Evr.parse(text)
    except ConversionError:
        return
    for part in (parsed.version, parsed.release):
        assert part
        assert not set(part) & set("-: \n%/")
