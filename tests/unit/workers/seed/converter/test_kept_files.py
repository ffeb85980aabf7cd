import pytest

from workers.seed.converter.kept_files import is_kept, is_owned


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/usr/bin/bash", True),
        ("/usr/share/doc/bash/copyright", True),
        ("/usr/share/doc/bash", True),
        ("/usr/share/doc/bash/README.gz", False),
        ("/usr/share/doc/bash/examples/copyright", False),
        ("/usr/share/man/man1/bash.1.gz", False),
        ("/usr/share/locale/de/LC_MESSAGES/bash.mo", False),
        ("/usr/share/locale", True),
        ("/usr/share/manual", True),
    ],
)
def test_documentation_goes_and_copyright_stays(path: str, kept: bool) -> None:  # noqa: FBT001 - an expected value
    assert is_kept(path) is kept


def test_common_directories_belong_to_base_files_alone() -> None:
    assert is_owned("base-files", "/usr/bin")
    assert not is_owned("bash", "/usr/bin")
    assert is_owned("bash", "/etc/skel")
    assert not is_owned("base-files", "/")
