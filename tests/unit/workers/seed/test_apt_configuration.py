from pathlib import Path

import pytest

from farm.process import check
from workers.seed.apt_configuration import KEYRING, PrivateApt


@pytest.fixture
def apt(tmp_path: Path) -> PrivateApt:
    made = PrivateApt(
        root=tmp_path / "apt",
        archives=tmp_path / "debs",
        suite="trixie",
        architecture="arm64",
        mirror="http://mirror.example/debian",
    )
    made.prepare()
    return made


def test_the_source_must_be_signed_by_debian(apt: PrivateApt) -> None:
    assert apt.source_line() == f"deb [arch=arm64 signed-by={KEYRING}] http://mirror.example/debian trixie main\n"


def test_apt_reads_nothing_of_the_machines_sources_and_runs_none_of_its_hooks(apt: PrivateApt) -> None:
    dump = check(["apt-config", "-c", str(apt.configuration), "dump"]).decode()
    assert f'Dir::Etc::sourcelist "{apt.root}/sources.list";' in dump
    assert 'Dir::Etc::sourceparts "/dev/null";' in dump
    assert 'APT::Architecture "arm64";' in dump
    assert f'Dir::State::status "{apt.root}/status";' in dump
    assert "Invoke::" not in dump


def test_unsigned_indices_are_never_taken(apt: PrivateApt) -> None:
    dump = check(["apt-config", "-c", str(apt.configuration), "dump"]).decode()
    assert 'Acquire::AllowInsecureRepositories "false";' in dump
    assert 'APT::Get::AllowUnauthenticated "false";' in dump
    assert (apt.root / "status").read_text() == ""
