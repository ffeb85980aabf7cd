from dataclasses import replace
from pathlib import Path

import pytest

from farm.cli.learned_hash import tell_learned
from farm.missing_hashes import LearnedHash
from farm.project.model import DeclaredSource, OriginType
from farm.project.origin import Origin

LEARNED = LearnedHash(
    component="g++ tools",
    source=DeclaredSource(
        filename="a.tar",
        hash_type="SHA256",
        hash="0f",
        type=OriginType.OVERLAY,
        uri="",
        replaces_upstream=True,
        origin=Origin(file=Path("/p/azldev.toml")),
    ),
    is_new=True,
)


@pytest.mark.parametrize(
    ("is_new", "said"),
    [
        (False, 'a.tar was taken without a hash (/p/azldev.toml); its entry is to have\nhash = "0f"'),
        (True, 'a new entry for it is to have\n[[components."g++ tools".source-files]]\nfilename = "a.tar"\n'),
    ],
)
def test_a_person_is_told_what_to_write(capsys: pytest.CaptureFixture[str], said: str, *, is_new: bool) -> None:
    tell_learned(replace(LEARNED, is_new=is_new))
    assert said in capsys.readouterr().err
