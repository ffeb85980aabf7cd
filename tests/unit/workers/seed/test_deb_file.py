from hypothesis import given
from hypothesis import strategies as st

from workers.seed.deb_file import parse_print_uris

DIGEST = "0123456789abcdef" * 4


def test_a_package_is_read_from_apts_list() -> None:
    uri = "'http://m.example/g/gcc_4%3a14.2.0-1_amd64.deb'"
    output = f"Reading package lists...\n{uri} gcc_4%3a14.2.0-1_amd64.deb 36 SHA256:{DIGEST}\n"
    (deb,) = parse_print_uris(output)
    assert (deb.package, deb.version, deb.size, deb.digest) == ("gcc", "4:14.2.0-1", 36, DIGEST)
    assert not deb.is_for_all


def test_a_package_without_a_sha256_is_not_believed() -> None:
    assert list(parse_print_uris("'http://m.example/a_1_all.deb' a_1_all.deb 36 MD5Sum:00")) == []


def test_a_file_name_with_a_directory_is_not_believed() -> None:
    assert list(parse_print_uris(f"'http://m.example/x' ../a_1_all.deb 36 SHA256:{DIGEST}")) == []


@given(st.text())
def test_any_output_gives_plain_file_names(output: str) -> None:
    assert all("/" not in deb.filename for deb in parse_print_uris(output + f"'u' a_1_all.deb 1 SHA256:{DIGEST}"))
