from dataclasses import replace

import pytest
from builders.projects import make_declared_source

from farm.cli.learned_hash import tell_learned
from farm.missing_hashes import LearnedHash
from farm.project.model import OriginType

LEARNED = LearnedHash(
    component="g++ tools",
    source=make_declared_source("a.tar", hash="0f", type=OriginType.OVERLAY, script="", replaces_upstream=True),
    is_new=True,
)


@pytest.mark.parametrize(
    ("is_new", "said"),
    [
        (False, 'a.tar was taken without a hash (/project/azldev.toml); its entry is to have\nhash = "0f"'),
        (True, 'a new entry for it is to have\n[[components."g++ tools".source-files]]\nfilename = "a.tar"\n'),
    ],
)
def test_a_person_is_told_what_to_write(capsys: pytest.CaptureFixture[str], said: str, *, is_new: bool) -> None:
    tell_learned(replace(LEARNED, is_new=is_new))
    assert said in capsys.readouterr().err
