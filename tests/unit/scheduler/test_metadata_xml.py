import pytest

from scheduler.metadata_file import MetadataInvalidError
from scheduler.metadata_xml import check_text, elements, safe_location

GOOD = b'<?xml version="1.0" encoding="UTF-8"?>\n<repo><data type="a"/><other/><data type="b"><deep/></data></repo>'


def test_children_of_the_root_are_yielded_in_order() -> None:
    assert [it.get("type") for it in elements(GOOD, "data", "a file", root="repo")] == ["a", "b"]


def test_another_root_is_refused() -> None:
    with pytest.raises(MetadataInvalidError, match="a file is no repomd"):
        list(elements(GOOD, "data", "a file", root="repomd"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"<html>404</html>", "is no repo"),
        (b"<repo>404</rep", "not well-formed"),
        (b"not XML at all", "not well-formed"),
        (GOOD[:-10], "not well-formed"),
        (b"<repo>\xff</repo>", "not UTF-8"),
        ('<?xml version="1.0" encoding="UTF-16"?><repo/>'.encode("utf-16"), "not UTF-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><repo/>', "not UTF-8"),
        (b"<!DOCTYPE repo><repo/>", "declaration"),
        (b"<repo><!-- hidden --></repo>", "declaration"),
        (b"<repo><![CDATA[<data/>]]></repo>", "declaration"),
    ],
)
def test_what_no_writer_writes_is_refused_with_file_and_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MetadataInvalidError, match=f"a file.*{reason}"):
        list(elements(data, "data", "a file", root="repo"))


def test_plain_text_passes() -> None:
    check_text(GOOD, "a file")


@pytest.mark.parametrize("href", ["a.rpm", "Packages/h/hello-1-1.x86_64.rpm", "a..b.rpm", "repodata/1:2.xml"])
def test_locations_below_the_root_are_allowed(href: str) -> None:
    assert safe_location(href, "a file") == href


@pytest.mark.parametrize(
    "href", ["", "/etc/passwd", "../x.rpm", "a/../../x", "https://example.org/x.rpm", "file:x", "a\0b", "a\nb"]
)
def test_locations_elsewhere_are_refused(href: str) -> None:
    with pytest.raises(MetadataInvalidError, match="outside"):
        safe_location(href, "a file")
