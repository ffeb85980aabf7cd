import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from farm.digest import digest_file
from farm.nevra import Nevra
from farm.rpm.reader import read_rpms

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def rpms(seed_repository: Path) -> list[Path]:
    """A few RPMs of the seed, the smallest."""
    return sorted(sorted(seed_repository.rglob("*.rpm"), key=lambda path: path.stat().st_size)[:6])


def test_real_rpms_are_read_in_the_order_given(rpms: list[Path]) -> None:
    facts = read_rpms(rpms[::-1])
    assert [fact.nevra.filename for fact in facts] == [path.name for path in rpms[::-1]]
    assert [fact.digest for fact in facts] == [digest_file(path) for path in rpms[::-1]]
    assert [fact.size for fact in facts] == [path.stat().st_size for path in rpms[::-1]]
    assert not any(fact.signed for fact in facts)
    assert all(Nevra.parse(fact.source_rpm).arch == "src" for fact in facts)


def test_the_xml_has_the_plain_file_name_and_no_time_of_the_file(rpms: list[Path], tmp_path: Path) -> None:
    (fact,) = read_rpms(rpms[:1])
    primary = ET.fromstring(fact.primary.replace("rpm:", ""))  # noqa: S314 - made by createrepo_c just now
    location, time = primary.find("location"), primary.find("time")
    assert location is not None
    assert time is not None
    assert location.attrib == {"href": rpms[0].name}
    assert time.attrib["file"] == time.attrib["build"]
    assert f'pkgid="{fact.digest}"' in fact.filelists
    assert f'pkgid="{fact.digest}"' in fact.other

    blob = tmp_path / fact.digest
    shutil.copyfile(rpms[0], blob)
    assert read_rpms([blob]) == [fact], "neither name nor time of the file matters"


def test_without_verification_the_facts_are_the_same(rpms: list[Path]) -> None:
    assert read_rpms(rpms[:2], verify=False) == read_rpms(rpms[:2])


def test_a_batch_of_any_length(rpms: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.rpm.reader.BATCH", 2)
    assert len(read_rpms(rpms[:5])) == 5
