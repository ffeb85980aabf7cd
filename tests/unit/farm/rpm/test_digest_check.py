import pytest

from farm.rpm.digest_check import failed_checks

GOOD = """/rpms/0.rpm:
    Header SHA256 digest: OK
    Header SHA1 digest: OK
    Payload SHA256 digest: OK
    MD5 digest: OK
"""


def test_good_digests_are_no_problem() -> None:
    assert failed_checks(GOOD, ["/rpms/0.rpm"]) == {}


def test_a_signature_of_an_unknown_key_is_no_problem() -> None:
    text = GOOD + "    Header V4 EdDSA/SHA512 Signature, key ID 0123456789abcdef: NOKEY\n"
    assert failed_checks(text, ["/rpms/0.rpm"]) == {}


@pytest.mark.parametrize("what", ["Header SHA256", "Payload SHA256", "Header SHA1"])
def test_a_bad_digest_is_told(what: str) -> None:
    text = GOOD.replace(f"{what} digest: OK", f"{what} digest: BAD (Expected a != b)")
    assert failed_checks(text, ["/rpms/0.rpm"]) == {"/rpms/0.rpm": f"{what} digest: BAD (Expected a != b)"}


@pytest.mark.parametrize("what", ["Header SHA256", "Payload SHA256"])
def test_a_missing_digest_is_a_problem(what: str) -> None:
    text = GOOD.replace(f"    {what} digest: OK\n", "")
    assert failed_checks(text, ["/rpms/0.rpm"]) == {"/rpms/0.rpm": f"no good digest: {what}"}


def test_each_file_has_its_own_lines() -> None:
    text = GOOD + GOOD.replace("/0.rpm", "/1.rpm").replace("Payload SHA256 digest: OK", "Payload SHA256 digest: BAD")
    assert failed_checks(text, ["/rpms/0.rpm", "/rpms/1.rpm"]) == {"/rpms/1.rpm": "Payload SHA256 digest: BAD"}


def test_a_file_that_nothing_was_said_of_is_a_problem() -> None:
    assert failed_checks("", ["/rpms/0.rpm"]) == {"/rpms/0.rpm": "no good digest: Header SHA256, Payload SHA256"}
