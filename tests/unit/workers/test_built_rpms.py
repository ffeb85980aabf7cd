"""What an RPM that a build has made must be."""

from dataclasses import replace

import pytest
from builders.builds import built_rpm, digest
from builders.rpm_facts import facts_of

from farm.nevra import Nevra
from farm.rpm_facts import RpmFacts
from farm.source_package import SourceRpm
from workers.built_rpms import BadRpmsError, check_rpm

SOURCE = SourceRpm(component="curl", nevra=Nevra.parse("curl-8.9.1-1.src"), digest=digest("source"), size=1)
SOUND = facts_of(built_rpm(), source_rpm="curl-8.9.1-1.src.rpm")
NAME = "curl-8.9.1-1.x86_64.rpm"


def test_sound_package() -> None:
    check_rpm(SOUND, filename=NAME, source_rpm=SOURCE, arch="x86_64")
    noarch = replace(SOUND, nevra=Nevra.parse("curl-doc-8.9.1-1.noarch"))
    check_rpm(noarch, filename="curl-doc-8.9.1-1.noarch.rpm", source_rpm=SOURCE, arch="x86_64")


@pytest.mark.parametrize(
    ("rpm", "filename", "arch", "words"),
    [
        (SOUND, "bash-5-1.x86_64.rpm", "x86_64", "is curl-8.9.1-1.x86_64.rpm inside"),
        (SOUND, NAME, "aarch64", "is for x86_64, but aarch64 was built"),
        (replace(SOUND, source_rpm="bash-5-1.src.rpm"), NAME, "x86_64", "was built from bash-5-1.src.rpm"),
        (replace(SOUND, source_rpm=""), NAME, "x86_64", "was built from nothing"),
        (replace(SOUND, signed=True), NAME, "x86_64", "is signed already"),
    ],
)
def test_what_is_refused(rpm: RpmFacts, filename: str, arch: str, words: str) -> None:
    with pytest.raises(BadRpmsError) as caught:
        check_rpm(rpm, filename=filename, source_rpm=SOURCE, arch=arch)
    assert words in caught.value.what
