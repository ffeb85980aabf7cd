"""The shape of what azldev configures and the farm does not use: images, tests, tools, repository resources.

It is read so that an unknown key in it is still an error.
"""

import msgspec


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of a configuration file."""


class ImageDefinitionEntry(_Entry, frozen=True):
    """Where an image is defined."""

    type: str = ""
    path: str = ""
    profile: str = ""


class ImageCapabilitiesEntry(_Entry, frozen=True):
    """What an image can do; unsaid is not false."""

    machine_bootable: bool | None = None
    container: bool | None = None
    systemd: bool | None = None
    runtime_package_management: bool | None = None


class TestSuiteReferenceEntry(_Entry, frozen=True):
    """A reference to a test suite."""

    name: str = ""


class ImageTestsEntry(_Entry, frozen=True):
    """Tests of an image."""

    test_suites: list[TestSuiteReferenceEntry] = []


class ImagePublishEntry(_Entry, frozen=True):
    """Channels of an image."""

    channels: list[str] = []


class ImageEntry(_Entry, frozen=True):
    """An image."""

    description: str = ""
    definition: ImageDefinitionEntry = ImageDefinitionEntry()
    capabilities: ImageCapabilitiesEntry = ImageCapabilitiesEntry()
    tests: ImageTestsEntry = ImageTestsEntry()
    publish: ImagePublishEntry = ImagePublishEntry()


class PytestEntry(_Entry, frozen=True):
    """A pytest suite."""

    working_dir: str = ""
    test_paths: list[str] = []
    extra_args: list[str] = []
    install: str = ""


class GitSourceEntry(_Entry, frozen=True):
    """A git repository at a commit."""

    git_url: str = ""
    ref: str = ""


class LisaEntry(_Entry, frozen=True):
    """A LISA suite."""

    framework: GitSourceEntry = GitSourceEntry()
    test_cases: list[str] = []
    pip_pre_install: list[str] = []
    pip_extras: list[str] = []
    extra_args: list[str] = []


class TestSuiteEntry(_Entry, frozen=True):
    """A test suite."""

    description: str = ""
    type: str = ""
    pytest: PytestEntry | None = None
    lisa: LisaEntry | None = None


class ImageCustomizerEntry(_Entry, frozen=True):
    """The image customizer."""

    container_tag: str = msgspec.field(name="containerTag", default="")


class ToolsEntry(_Entry, frozen=True):
    """Tools of azldev."""

    image_customizer: ImageCustomizerEntry = msgspec.field(name="imageCustomizer", default=ImageCustomizerEntry())


class RpmRepositoryEntry(_Entry, frozen=True):
    """A named repository."""

    description: str = ""
    type: str = ""
    base_uri: str = ""
    metalink: str = ""
    disable_gpg_check: bool = False
    gpg_key: str = ""
    arches: list[str] = []


class SubrepositoryEntry(_Entry, frozen=True):
    """One repository of a layout."""

    name: str = ""
    subpath: str = ""
    kind: str = ""


class RepositoryTemplateEntry(_Entry, frozen=True):
    """A layout of repositories."""

    description: str = ""
    subrepos: list[SubrepositoryEntry] = []


class RepositorySetEntry(_Entry, frozen=True):
    """A layout at a place."""

    description: str = ""
    template: str = ""
    base_uri: str = ""
    name_prefix: str = ""
    gpg_key: str = ""
    disable_gpg_check: bool = False
    arches: list[str] = []
    subrepos: list[str] = []


class ResourcesEntry(_Entry, frozen=True):
    """Named resources."""

    rpm_repos: dict[str, RpmRepositoryEntry] = {}
    rpm_repo_set_templates: dict[str, RepositoryTemplateEntry] = {}
    rpm_repo_sets: dict[str, RepositorySetEntry] = {}
