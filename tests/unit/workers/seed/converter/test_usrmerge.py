import pytest

from workers.seed.converter.usrmerge import is_merged_top, merged, merged_target, provided_names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bin/sh", "usr/bin/sh"),
        ("lib64/ld.so", "usr/lib64/ld.so"),
        ("usr/bin/x", "usr/bin/x"),
        ("library/x", "library/x"),
    ],
)
def test_paths_move_below_usr(before: str, after: str) -> None:
    assert merged(before) == after


def test_the_links_themselves_stay() -> None:
    assert merged("bin") == "bin"
    assert is_merged_top("bin")
    assert not is_merged_top("bin/sh")


@pytest.mark.parametrize(
    ("path", "target", "after"),
    [
        ("bin/sh", "dash", "dash"),
        ("bin/awk", "/bin/gawk", "/usr/bin/gawk"),
        ("lib/x/liba.so", "../../etc/a", "/etc/a"),
        ("lib/liba.so", "../lib/b/liba.so", "/usr/lib/b/liba.so"),
        ("usr/lib/liba.so", "../share/a", "../share/a"),
    ],
)
def test_a_link_still_leads_where_it_did(path: str, target: str, after: str) -> None:
    assert merged_target(path, target) == after


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/usr/bin/sh", ("/bin/sh",)),
        ("/usr/sbin/ldconfig", ("/sbin/ldconfig",)),
        ("/usr/bin/a/b", ()),
        ("/usr/share/sh", ()),
    ],
)
def test_programs_keep_their_old_names(path: str, names: tuple[str, ...]) -> None:
    assert provided_names(path) == names
