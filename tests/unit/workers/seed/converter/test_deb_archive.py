from pathlib import Path

import pytest
from builders.debs import DATE, deb

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.deb_archive import control_files, source_date_epoch


def test_the_date_is_that_of_the_first_member(tmp_path: Path) -> None:
    assert source_date_epoch(deb(tmp_path / "a.deb")) == DATE


def test_maintainer_files_are_read_as_text(tmp_path: Path) -> None:
    path = deb(tmp_path / "a.deb", scripts={"postinst": "#!/bin/sh\n", "prerm": "x", "conffiles": "/etc/a\n"})
    assert sorted(control_files(path)) == ["conffiles", "control", "postinst"]


@pytest.mark.hostile
def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.deb"
    for content in (b"", b"!<arch>\n", b"PK\x03\x04" * 20):
        path.write_bytes(content)
        with pytest.raises(ConversionError):
            source_date_epoch(path)
        with pytest.raises(ConversionError):
            control_files(path)


@pytest.mark.hostile
def test_a_date_that_no_rpm_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="date"):
        source_date_epoch(deb(tmp_path / "a.deb", date=99_999_999_999))
