import pytest

from repo_publish.verify import _by_file, _what_is_wrong

FINGERPRINT = "EF937E224DA5C83A4611FE1CF5A22295219115DB"
GOOD = "Header V4 EdDSA/SHA256 Signature, key ID 219115db: OK"
DIGEST = "Header SHA256 digest: OK"


def test_lines_are_grouped_by_file() -> None:
    output = f"/run/farm-tree/0.rpm:\n    {GOOD}\n/run/farm-tree/1.rpm:\n    {DIGEST}\n"
    assert _by_file(output) == {"/run/farm-tree/0.rpm": [GOOD], "/run/farm-tree/1.rpm": [DIGEST]}


def test_good_signature_and_digests_are_right() -> None:
    assert _what_is_wrong([GOOD, DIGEST], FINGERPRINT) == ""


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [DIGEST],
        [GOOD.replace("OK", "BAD")],
        [GOOD.replace("OK", "NOKEY"), DIGEST],
        [GOOD.replace("OK", "NOTTRUSTED"), DIGEST],
        [GOOD, DIGEST.replace("OK", "BAD")],
        [GOOD, "Payload SHA256 digest: NOTFOUND"],
        [GOOD.replace("219115db", "00000000"), DIGEST],
        [f"{GOOD} or not: OK", DIGEST],
        ["digests signatures OK"],
    ],
)
def test_everything_else_is_wrong(lines: list[str]) -> None:
    assert _what_is_wrong(lines, FINGERPRINT)
