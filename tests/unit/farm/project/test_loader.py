from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.projects import write_files

from farm.errors import ProjectError
from farm.overlay.model import OverlayKind
from farm.project.errors import (
    DuplicateDefinitionError,
    FarmSettingsError,
    IncludeError,
    InvalidConfigError,
    NoProjectError,
    UnknownDistroError,
)
from farm.project.farm_settings import BootstrapSetting, BuildFrom
from farm.project.footprint import Footprint
from farm.project.loader import load_definitions, load_project
from farm.project.model import LocalSpec, Project, ReleaseCalculation, UpstreamSpec

UP = """
[project]
default-distro = { name = "own" }
[distros.own]
default-version = "2"
[distros.own.versions.2.default-component-config]
spec = { type = "upstream", upstream-distro = { name = "up", version = "9", snapshot = "2026-02-24T00:00:00-08:00" } }
[distros.up]
dist-git-base-uri = "https://example.org/rpms/$pkg.git"
lookaside-base-uri = "https://example.org/pkgs/$pkg/$filename"
[distros.up.versions.9]
dist-git-branch = "f9"
"""


@pytest.fixture(autouse=True)
def user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "azldev" / "config.toml"


def load(root: Path, text: str, **files: str) -> Project:
    write_files(root / "project", {"azldev.toml": text, **files})
    return load_project(root / "project")


def upstream_of(project: Project, name: str) -> UpstreamSpec:
    spec = project.component(name).spec
    assert isinstance(spec, UpstreamSpec)
    return spec


def test_the_root_is_found_upwards(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/azldev.toml": "", "project/deep/er/file": ""})
    assert load_project(tmp_path / "project" / "deep" / "er").root == tmp_path / "project"
    with pytest.raises(NoProjectError) as caught:
        load_project(tmp_path)
    assert caught.value.exit_status == 3


def test_an_empty_project_is_a_project(tmp_path: Path) -> None:
    project = load(tmp_path, "")
    assert project.name == "project"
    assert dict(project.components) == {}


def test_a_component_inherits_its_upstream(tmp_path: Path) -> None:
    project = load(
        tmp_path, UP + "[components.b]\n[components.a]\nspec = { type = 'upstream', upstream-name = 'c++' }\n"
    )
    assert list(project.components) == ["a", "b"]
    assert (project.name, project.version) == ("own", "2")
    spec = upstream_of(project, "a")
    assert spec.dist_git == "https://example.org/rpms/c++.git"
    assert (spec.package, spec.branch, spec.snapshot) == ("c++", "f9", "2026-02-24T00:00:00-08:00")
    assert upstream_of(project, "b").package == "b"
    assert project.component("a").release is ReleaseCalculation.AUTO


def test_a_later_file_can_flip_the_version(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/azldev.toml": UP + "[components.a]\n"})
    extra = tmp_path / "stage.toml"
    extra.write_text(
        '[distros.own]\ndefault-version = "3"\n[distros.own.versions.3.default-component-config.spec]\n'
        'type = "upstream"\nupstream-distro = { name = "up", version = "9" }\n'
    )
    project = load_project(tmp_path / "project", config_files=[extra])
    assert project.version == "3"
    assert upstream_of(project, "a").snapshot == ""


def test_the_users_own_file_comes_before_those_of_the_command_line(tmp_path: Path, user_config: Path) -> None:
    write_files(user_config.parent, {user_config.name: '[project]\ndescription = "user"\n'})
    write_files(tmp_path, {"project/azldev.toml": '[project]\ndescription = "project"\n'})
    assert load_project(tmp_path / "project").description == "user"
    extra = tmp_path / "extra.toml"
    extra.write_text('[project]\ndescription = "extra"\n')
    assert load_project(tmp_path / "project", config_files=[extra]).description == "extra"


def test_groups_give_defaults_in_the_order_of_their_names(tmp_path: Path) -> None:
    text = (
        UP
        + """
[components.a]
build = { with = ["own"], defines = { x = "own" } }
[default-component-config.build]
with = ["project"]
[component-groups.z]
components = ["a"]
default-component-config.build = { with = ["z"], defines = { x = "z", y = "z" } }
default-component-config.release = { calculation = "manual" }
[component-groups.m]
components = ["a"]
default-component-config.build = { with = ["m"], defines = { y = "m" } }
"""
    )
    component = load(tmp_path, text).component("a")
    assert component.groups == ("m", "z")
    assert component.build.conditions_on == ("project", "m", "z", "own")
    assert component.build.defines == (("x", "own"), ("y", "z"))
    assert component.release is ReleaseCalculation.MANUAL


def test_paths_are_relative_to_the_file_that_says_them(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        'includes = ["sub/*.toml"]\n' + UP,
        **{
            "sub/a.toml": '[components.a]\noverlays = [{ type = "patch-add", source = "p/x.patch" }]\n'
            '[components.l]\nspec = { type = "local", path = "l/l.spec" }\n'
        },
    )
    (overlay,) = project.component("a").overlays
    assert overlay.source == tmp_path / "project/sub/p/x.patch"
    assert overlay.kind is OverlayKind.PATCH_ADD
    assert str(overlay.origin).endswith("sub/a.toml:2")
    spec = project.component("l").spec
    assert isinstance(spec, LocalSpec)
    assert spec.path == tmp_path / "project/sub/l/l.spec"


def test_overlay_files_come_last_and_in_the_order_of_their_names(tmp_path: Path) -> None:
    metadata = '[metadata]\ncategory = "azl-pruning"\nupstream-status = "unknown"\n'
    overlay = '[[overlays]]\ntype = "spec-set-tag"\ntag = "{tag}"\nvalue = "v"\n'
    project = load(
        tmp_path,
        UP + '[default-component-config]\noverlay-files = ["*/overlays/*.toml"]\n'
        '[components.a]\noverlays = [{ type = "spec-remove-tag", tag = "First" }]\n'
        "[components.b]\noverlay-files = []\n",
        **{
            "x/overlays/b.toml": metadata + overlay.format(tag="Third"),
            "y/overlays/a.toml": metadata + overlay.format(tag="Second"),
        },
    )
    assert [each.tag for each in project.component("a").overlays] == ["First", "Second", "Third"]
    assert project.component("b").overlays == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[metadata]\n[[overlays]]\ntype = 'spec-remove-tag'\ntag = 'x'\n", "a.toml:1: `metadata` needs `category`"),
        ("[metadata]\ncategory = 'azl-pruning'\nupstream-status = 'maybe'\n", "a.toml:3: unknown upstream-status"),
        ("[metadata]\ncategory = 'azl-pruning'\nupstream-status = 'unknown'\n", "has no overlays"),
        (
            "[metadata]\ncategory='upstream-backport'\nupstream-status='upstreamed'\ncommits=[{ url = 'ftp://x' }]\n",
            "a.toml:4: `url` must be an http(s) URL",
        ),
        ("[[overlays]]\ntype = 'spec-remove-tag'\n", "a.toml:1: overlay `spec-remove-tag` needs `tag`"),
        ("[[overlays]]\ntype = 'file-remove'\nfile = 'a'\nmetadata = {}\n", "metadata is said once for the file"),
    ],
)
def test_a_bad_overlay_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        load(tmp_path, UP + "[components.a]\noverlay-files = ['o/*.toml']\n", **{"o/a.toml": text})
    assert words in caught.value.why


def test_an_overlay_file_that_is_named_outright_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(IncludeError) as caught:
        load(tmp_path, UP + "[components.a]\noverlay-files = ['o/a.toml']\n")
    assert "'o/a.toml'" in caught.value.why


def test_dangling_references_can_be_tolerated(tmp_path: Path) -> None:
    write_files(tmp_path, {"azldev.toml": '[component-groups.g]\ncomponents = ["absent"]\n'})
    assert load_project(tmp_path, permissive=True).groups["g"].components == ()


def test_local_specs_are_discovered_by_a_group(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        UP + '[components.known]\n[component-groups.local]\nspecs = ["SPECS/**/*.spec"]\n'
        'excluded-paths = ["SPECS/old/**"]\n'
        'default-component-config.build.with = ["x"]\n',
        **{"SPECS/known/known.spec": "", "SPECS/n/new.spec": "", "SPECS/old/gone.spec": ""},
    )
    assert list(project.components) == ["known", "new"]
    assert all(isinstance(component.spec, LocalSpec) for component in project.components.values())
    assert project.component("new").build.conditions_on == ("x",)
    assert project.groups["local"].components == ("known", "new")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("[components.a]\n", InvalidConfigError, "azldev.toml:1"),
        ('[components.a]\nspec = { type = "upstream" }\n', UnknownDistroError, "azldev.toml:1"),
        (UP + '[components.a]\nspec.upstream-distro = { name = "up", version = "8" }\n', UnknownDistroError, "'8'"),
        ("includes = ['x.toml']\n", IncludeError, "azldev.toml:1"),
        ("[components.'../x']\n", InvalidConfigError, "no component name"),
        ('[components.a]\nspec = { type = "local" }\n', InvalidConfigError, "needs `path`"),
        ('[component-groups.g]\ncomponents = ["a"]\n', InvalidConfigError, "azldev.toml:1"),
        (
            '[package-groups.a]\npackages = ["x"]\n[package-groups.b]\npackages = ["x"]\n',
            InvalidConfigError,
            "azldev.toml:3",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, text: str, error: type[ProjectError], words: str
) -> None:
    with pytest.raises(error) as caught:
        load(tmp_path, text)
    assert words in caught.value.why


def test_a_bad_snapshot_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="no time"):
        load(tmp_path, UP.replace("2026-02-24T00:00:00-08:00", "yesterday") + "[components.a]\n")


def test_a_component_is_defined_once(tmp_path: Path) -> None:
    with pytest.raises(DuplicateDefinitionError) as caught:
        load(tmp_path, 'includes = ["b.toml"]\n[components.a]\n', **{"b.toml": "\n\n[components.a]\n"})
    assert "b.toml:3: defined again" in caught.value.why
    assert "azldev.toml:2: defined first" in caught.value.why


def test_farm_settings_are_read(tmp_path: Path) -> None:
    farm = """
arches = ["aarch64"]
build-from = "rendered-specs"
[[repositories]]
name = "seed"
path = "$cache/seed/$arch"
[buildroot]
base = ["bash"]
[[buildroot.layers]]
name = "c"
packages = ["gcc", "make"]
[sources]
lookaside-mirrors = ["https://mirror.example.org/$pkg/$filename/$hashtype/$hash"]
scripts-network = true
[verification]
cutoff-share = 0.25
[bootstrap]
a = "tiny"
[limits]
memory = "2G"
disk = 1024
[[waivers]]
component = "a"
reason = "known"
until = 2027-01-01
"""
    settings = load(tmp_path, UP + "[components.a]\n", **{"farm.toml": farm}).farm
    assert settings.arches == ("aarch64",)
    assert settings.build_from is BuildFrom.RENDERED_SPECS
    assert settings.lookaside_mirrors == ("https://mirror.example.org/$pkg/$filename/$hashtype/$hash",)
    assert settings.scripts_network
    assert settings.cutoff_share == 0.25
    assert settings.bootstrap == (BootstrapSetting(component="a", bcond="tiny"),)
    assert settings.limits.memory_bytes == 2 * 2**30
    assert settings.limits.disk_bytes == 1024
    (repository,) = settings.repositories
    assert repository.priority == 99
    assert repository.root(cache=Path("/c"), project=Path("/p"), arch="x86_64") == Path("/c/seed/x86_64")
    relative = replace(repository, path="seed/$arch")
    assert relative.root(cache=Path("/c"), project=Path("/p"), arch="x86_64") == Path("/p/seed/x86_64")
    assert settings.layers[0].packages == ("gcc", "make")
    assert settings.waiver_for("a", "x86_64", date(2027, 1, 1)) is settings.waivers[0]
    assert settings.waiver_for("a", "x86_64", date(2027, 1, 2)) is None
    assert settings.waiver_for("b", "x86_64", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("farm", "words"),
    [
        ('arches = ["vax"]\n', "farm.toml:1: unknown architecture 'vax'"),
        ("arches = []\n", "at least one"),
        ('[[repositories]]\nname = "stage"\npath = "x"\n', "farm.toml:1"),
        ('[[repositories]]\nname = "s"\npath = "$home/x"\n', "no other `$`"),
        ('[[repositories]]\nname = "s"\npath = "x"\npriority = 0\n', "from 1 to 99"),
        ('[sources]\nlookaside-mirrors = ["ssh://host/$pkg"]\n', "farm.toml:2: a URL has no scheme"),
        ('[limits]\nmemory = "lots"\n', "farm.toml:2: must be a size"),
        ('[limits]\ndisk = "9999999999999999T"\n', "farm.toml:2: must be a size"),
        ("[limits]\nmemory = 9223372036854775807\n", "of at most 1024T"),
        ("[limits]\nseconds = 0\n", "farm.toml:2: must be from 1 to"),
        ("[limits]\nseconds = 9223372036854775807\n", "farm.toml:2: must be from 1 to"),
        ("[limits]\nprocesses = 9223372036854775807\n", "farm.toml:2: must be from 1 to"),
        ("[verification]\ncutoff-share = 1.5\n", "farm.toml:2: must be from 0 to 1"),
        ("[verification]\ncutoff-share = nan\n", "farm.toml:2: must be from 0 to 1"),
        ('[[waivers]]\ncomponent = "absent"\nreason = "r"\nuntil = 2027-01-01\n', "no component 'absent'"),
        ('[bootstrap]\nabsent = "tiny"\n', "farm.toml:2: there is no component 'absent'"),
        ('[bootstrap]\nabsent = "a b"\n', "farm.toml:2: 'a b' is no bcond"),
        ('[[waivers]]\ncomponent = "absent"\nreason = " "\nuntil = 2027-01-01\n', "a `reason`"),
    ],
)
def test_bad_farm_settings_are_named_with_their_place(tmp_path: Path, farm: str, words: str) -> None:
    with pytest.raises(FarmSettingsError) as caught:
        load(tmp_path, "", **{"farm.toml": farm})
    assert words in caught.value.why


def test_nothing_is_built_from_thin_air(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        load(tmp_path, "", **{"farm.toml": 'build-from = "thin air"\n'})
    assert "farm.toml:1" in caught.value.why


def test_a_waiver_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        load(tmp_path, "", **{"farm.toml": '[[waivers]]\ncomponent = "a"\nreason = "r"\n'})
    assert "until" in caught.value.why


def test_the_distribution_that_is_built_must_be_defined_with_its_version(tmp_path: Path) -> None:
    with pytest.raises(UnknownDistroError) as caught:
        load(tmp_path, UP.replace('default-version = "2"', 'default-version = "3"') + "[components.a]\n")
    assert caught.value.why.endswith("azldev.toml:3: 'own' '3' is not in [distros]")


def test_a_version_defined_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    again = "[distros.up.versions.9]\nrelease-ver = '9'\n"
    with pytest.raises(UnknownDistroError) as caught:
        load(tmp_path, "includes = ['b.toml']\n" + UP + "[components.a]\n", **{"b.toml": again})
    assert "needs `dist-git-base-uri` and a version with `dist-git-branch`" in caught.value.why


def test_settings_of_a_package_are_replaced_whole(tmp_path: Path) -> None:
    text = UP + (
        "[default-component-config.packages.x.publish]\nrpm-channel = 'r'\ndebuginfo-channel = 'd'\n"
        "[components.a.packages.x.publish]\nrpm-channel = 'own'\n"
    )
    channels = load(tmp_path, text).component("a").packages["x"]
    assert (channels.rpm, channels.debuginfo) == ("own", "")


def test_the_mock_configuration_is_that_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[distros.d.versions.1]\nmock-config = 'm/any.cfg'\nmock-config-aarch64 = 'm/arm.cfg'\n"
    write_files(tmp_path, {"azldev.toml": text})
    for machine, name in (("aarch64", "arm.cfg"), ("x86_64", "any.cfg")):
        monkeypatch.setattr("farm.project.merge.host_arch", lambda machine=machine: machine)
        definitions, _ = load_definitions(tmp_path, (), permissive=False, footprint=Footprint())
        assert definitions.distros["d"].versions["1"].mock_config == tmp_path / "m" / name


def test_directories_and_the_author_may_be_said(tmp_path: Path) -> None:
    project = load(tmp_path, "[project]\nlock-dir = 'my/locks'\nrendered-specs-dir = 'SPECS'\n")
    root = tmp_path / "project"
    assert (project.lock_directory, project.rendered_specs) == (root / "my/locks", root / "SPECS")
    assert project.author_email == "azurelinux@microsoft.com"
    project = load(tmp_path, "[project]\ndefault-author-email = 'me@h'\n")
    assert (project.lock_directory, project.rendered_specs, project.author_email) == (root / "locks", None, "me@h")


def test_a_script_and_what_it_needs_come_with_the_source(tmp_path: Path) -> None:
    text = UP + (
        "[[components.a.source-files]]\nfilename = 'x.tar'\nreplace-upstream = true\nreplace-reason = 'r'\n"
        "origin = { type = 'custom', script = 'make.sh', mock-packages = ['git'], inputs = ['y.tar'] }\n"
    )
    (source,) = load(tmp_path, text).component("a").sources
    assert (source.script, source.packages, source.inputs, source.replace_reason) == (
        "make.sh",
        ("git",),
        ("y.tar",),
        "r",
    )


def test_what_the_files_say_of_the_upstream_is_kept(tmp_path: Path) -> None:
    text = UP + "[components.a]\n[components.b]\nspec = { type = 'upstream', upstream-name = 'b' }\n"
    project = load(tmp_path, text)
    said = upstream_of(project, "a").said
    assert (said.name, said.version, said.snapshot, said.package) == ("up", "9", "2026-02-24T00:00:00-08:00", "")
    assert upstream_of(project, "b").said.package == "b"


def test_bad_metadata_of_an_overlay_file_is_dropped_permissively(tmp_path: Path) -> None:
    overlays = "[metadata]\ncategory = 'odd'\n[[overlays]]\ntype = 'spec-remove-tag'\ntag = 'X'\n"
    text = UP + "[components.a]\noverlay-files = ['o.toml']\n"
    with pytest.raises(InvalidConfigError):
        load(tmp_path, text, **{"o.toml": overlays})
    project = load_project(tmp_path / "project", permissive=True)
    assert [overlay.tag for overlay in project.component("a").overlays] == ["X"]


def test_a_users_own_components_may_have_files_beside_them(tmp_path: Path, user_config: Path) -> None:
    write_files(
        user_config.parent,
        {
            "config.toml": "[components.mine]\nspec = { type = 'local', path = 'm' }\noverlay-files = ['o/*.toml']\n",
            "o/a.toml": "[metadata]\ncategory = 'azl-pruning'\nupstream-status = 'unknown'\n"
            "[[overlays]]\ntype = 'spec-remove-tag'\ntag = 'X'\n",
        },
    )
    project = load(tmp_path, "")
    assert [overlay.tag for overlay in project.component("mine").overlays] == ["X"]
    assert project.roots == (tmp_path / "project", user_config.parent)
