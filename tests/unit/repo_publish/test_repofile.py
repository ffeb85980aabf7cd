from configparser import ConfigParser

from repo_publish.layout import RepositoryKey, RepositoryKind
from repo_publish.repofile import repo_file

BINARY = RepositoryKey(channel="base", kind=RepositoryKind.BINARY, arch="x86_64")
KEYS = [
    BINARY,
    RepositoryKey(channel="base", kind=RepositoryKind.BINARY, arch="aarch64"),
    RepositoryKey(channel="base", kind=RepositoryKind.DEBUGINFO, arch="x86_64"),
    RepositoryKey(channel="sources", kind=RepositoryKind.SOURCE, arch="", own_channel=True),
]


def parse(text: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def test_one_section_for_all_architectures() -> None:
    repo = parse(repo_file(KEYS, project="demo", base_url="https://repo.invalid/demo/"))
    assert repo.sections() == ["demo-base", "demo-base-debuginfo", "demo-sources"]
    assert repo["demo-base"]["baseurl"] == "https://repo.invalid/demo/base/$basearch/"
    assert repo["demo-base-debuginfo"]["baseurl"] == "https://repo.invalid/demo/base/debuginfo/$basearch/"
    assert repo["demo-sources"]["baseurl"] == "https://repo.invalid/demo/sources/"
    assert [repo[name]["enabled"] for name in repo.sections()] == ["1", "0", "0"]


def test_clients_must_check_packages_and_metadata() -> None:
    repo = parse(repo_file(KEYS, project="demo", base_url="file:///srv"))
    for name in repo.sections():
        section = repo[name]
        assert (section["gpgcheck"], section["repo_gpgcheck"], section["skip_if_unavailable"]) == ("1", "1", "0")
        assert section["gpgkey"] == "file:///srv/RPM-GPG-KEY-farm"


def test_project_name_cannot_add_lines() -> None:
    repo = parse(repo_file([BINARY], project="demo]\ngpgcheck=0\n[x", base_url="file:///srv"))
    assert len(repo.sections()) == 1
    assert repo[repo.sections()[0]]["gpgcheck"] == "1"
