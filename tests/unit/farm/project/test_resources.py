"""Repositories and sets, checked as parts of whole projects."""

from pathlib import Path

import pytest
from builders.projects import write_files

from farm.project.check_resources import check_resources
from farm.project.embedded_defaults import REPOSITORY_TEMPLATES
from farm.project.errors import InvalidConfigError
from farm.project.footprint import Footprint
from farm.project.loader import load_definitions, load_project
from farm.project.resources import ResourceError, set_members
from farm.project.schema_images import RepositorySetEntry

KEYED = "gpg-key = 'https://h/key'\n"
REPO = "[resources.rpm-repos.a]\nbase-uri = 'https://h/a'\n" + KEYED
SET = "[resources.rpm-repo-sets.s]\ntemplate = 'azl-standard'\nbase-uri = 'https://h/s'\n" + KEYED
VERSION = "[distros.d.versions.1]\n"


@pytest.fixture(autouse=True)
def no_user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[resources.rpm-repos.a]\n" + KEYED, "azldev.toml:1: rpm-repo 'a' needs either `base-uri` or `metalink`"),
        (REPO + "metalink = 'https://h/m'\n", "needs either"),
        ("[resources.rpm-repos.a]\nbase-uri = 'https://h/a'\n", "needs `gpg-key`, or `disable-gpg-check = true`"),
        (REPO.replace("https://h/a", "ftp://h/a"), "`base-uri` must be an http or https URL"),
        (REPO.replace("https://h/a", "h/a"), "`base-uri` must be an http or https URL"),
        (REPO.replace("https://h/a", "https:h/a"), "`base-uri` must be scheme://"),
        (REPO.replace("https://h/a", "https:///a"), "`base-uri` has no host"),
        (REPO.replace("https://h/a", "https://h/%z"), "`base-uri` is no URI"),
        (REPO.replace("'https://h/a'", '"https://h/a\\nb"'), "`base-uri` must be one line"),
        (REPO + "type = 'apt'\n", "unknown type 'apt'"),
        (REPO + 'description = "a\\nb"\n', "`description` must be one line"),
        (REPO.replace("https://h/key", "ftp://h/key"), "`gpg-key` has the scheme 'ftp'"),
        (REPO.replace("https://h/key", "https:///key"), "`gpg-key` has no host"),
        (REPO.replace("https://h/key", "https:key"), "`gpg-key` must be scheme://"),
        (REPO.replace("https://h/key", "file://h/key"), "must be file:///absolute/path"),
        (REPO.replace("https://h/key", "https://h/%"), "`gpg-key` is no URI"),
        (REPO.replace("rpm-repos.a]", "rpm-repos.'a b']"), "rpm-repo 'a b': a name has letters"),
        ("[resources.rpm-repo-set-templates.t]\n", "needs at least one entry in `subrepos`"),
        (
            "[resources.rpm-repo-set-templates.t]\nsubrepos = [{ name = 'x', subpath = '/x' }]\n",
            "sub-repository 'x' needs a relative `subpath`",
        ),
        (
            "[resources.rpm-repo-set-templates.t]\nsubrepos = [{ name = 'x', subpath = 'x', kind = 'odd' }]\n",
            "unknown kind 'odd'",
        ),
        (
            "[resources.rpm-repo-set-templates]\nt.subrepos = [{ name = 'x', subpath = 'x' }, { name = 'x' }]\n",
            "has two sub-repositories 'x'",
        ),
        (SET.replace("azl-standard", "nowhere"), "azldev.toml:1: rpm-repo-set 's' names the template 'nowhere'"),
        (SET.replace("template = 'azl-standard'", ""), "needs `template`"),
        (SET.replace("base-uri = 'https://h/s'", ""), "needs `base-uri`"),
        (SET.replace("https://h/s", "https://h/s?q"), "must not have a query or fragment"),
        (SET.replace(KEYED, ""), "needs `gpg-key`"),
        (SET + "subrepos = ['none']\n", "has no sub-repository 'none'"),
        (SET + "subrepos = ['sdk', 'sdk']\n", "lists 'sdk' twice"),
        (SET + "name-prefix = '-'\n", "a repository of the bad name '-base'"),
        (SET + REPO.replace("rpm-repos.a", "rpm-repos.base"), "makes the repository 'base', which there is already"),
        (VERSION + "inputs.rpm-build = [{}]\n", "`inputs.rpm-build` entry 1: needs either `repo` or `set`"),
        (VERSION + "inputs.rpm-build = [{ repo = 'a', set = 's' }]\n", "needs either `repo` or `set`"),
        (VERSION + "inputs.image-build = [{ repo = 'a' }]\n", "names the repository 'a', which is not defined"),
        (VERSION + "inputs.image-build = [{ set = 's' }]\n", "names the set 's', which is not defined"),
        (REPO + VERSION + "inputs.rpm-build = [{ repo = 'a' }, { repo = 'a' }]\n", "has the repository 'a' twice"),
        (
            REPO.replace("https://h/key", "keys/a.asc") + VERSION + "inputs.rpm-build = [{ repo = 'a' }]\n",
            "whose `gpg-key` is a local file",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    write_files(tmp_path, {"azldev.toml": text})
    with pytest.raises(InvalidConfigError) as caught:
        load_project(tmp_path)
    assert words in caught.value.why
    assert "azldev.toml:" in caught.value.why


def test_what_is_right_is_read_and_later_definitions_win(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "azldev.toml": "includes = ['sub/b.toml']\n"
            + REPO
            + SET
            + VERSION
            + "inputs.rpm-build = [{ repo = 'a' }, { set = 's' }]\ninputs.image-build = [{ repo = 'local' }]\n",
            "sub/b.toml": "[resources.rpm-repos.a]\nmetalink = 'https://h/m'\ndisable-gpg-check = true\n"
            "[resources.rpm-repos.local]\nbase-uri = 'https://h/l'\ngpg-key = '../keys/local key.asc'\n",
        },
    )
    definitions, _ = load_definitions(tmp_path, (), permissive=False, footprint=Footprint())
    resources = definitions.resources
    assert (resources.repositories["a"].base_uri, resources.repositories["a"].metalink) == ("", "https://h/m")
    assert resources.repositories["local"].gpg_key == f"file://{tmp_path}/keys/local%20key.asc"
    assert list(check_resources(resources, definitions.distros)) == []
    version = definitions.distros["d"].versions["1"]
    assert [entry.repo or entry.set for entry in version.rpm_build_inputs] == ["a", "s"]


def test_dangling_inputs_are_tolerated_permissively(tmp_path: Path) -> None:
    write_files(tmp_path, {"azldev.toml": VERSION + "inputs.rpm-build = [{ repo = 'a' }]\n"})
    assert load_project(tmp_path, permissive=True).components == {}


def test_a_set_is_its_layout_or_what_is_chosen_of_it() -> None:
    entry = RepositorySetEntry(
        template="koji-dist-repo", base_uri="https://h/x/", name_prefix="k-", disable_gpg_check=True
    )
    assert set_members("s", entry, REPOSITORY_TEMPLATES) == ["k-binary", "k-debug", "k-src"]
    chosen = RepositorySetEntry(
        template="koji-dist-repo", base_uri="https://h/x", disable_gpg_check=True, subrepos=["src"]
    )
    assert set_members("s", chosen, REPOSITORY_TEMPLATES) == ["src"]
    with pytest.raises(ResourceError):
        set_members("s", chosen, {})
