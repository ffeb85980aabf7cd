from pathlib import Path

from farm.requires.macro_set import MacroFile, MacroSet
from farm.requires.macro_table import macro_table
from farm.requires.tree_macros import tree_macros


def tree(root: Path, **files: str) -> MacroSet:
    """Return the macro set of a tree with `component__file` written in."""
    for name, text in files.items():
        component, _, file = name.partition("__")
        directory = root / component.replace("_", "-")
        directory.mkdir(exist_ok=True)
        (directory / file.replace("_", ".", 1).replace("_", "-")).write_text(text)
    return tree_macros(lambda component: found if (found := root / component).is_dir() else None)


def test_shims_come_first_and_overrides_last(tmp_path: Path) -> None:
    found = tree(
        tmp_path, perl_srpm_macros__macros_perl_srpm="%perl_x 1\n", perl__macros_perl="%perl_version %(perl)\n"
    )
    assert [file.path for file in found.files] == [
        "farm/shims.macros",
        "macros.d/macros.perl-srpm",
        "macros.d/macros.perl",
        "farm/overrides.macros",
    ]
    assert macro_table(found, "")["perl_version"].body[0].isdecimal()


def test_a_tree_without_macros_has_the_shims(tmp_path: Path) -> None:
    assert [file.origin for file in tree(tmp_path).files] == ["shims", "overrides"]


def test_what_a_build_fills_in_is_filled_in(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        qt5_qtbase__macros_qt5_qtbase="%_qt5 @@NAME@@\n%_qt5_version @@VERSION@@\n%_qt5_epoch @@EPOCH@@\n",
        qt5_qtbase__qt5_qtbase="",
    )
    (tmp_path / "qt5-qtbase" / "qt5-qtbase.spec").write_text("Name: x\nVersion: 5.15\n%package y\nVersion: 1\n")
    found = tree(tmp_path)
    assert found.files[1].content == b"%_qt5 qt5-qtbase\n%_qt5_version 5.15\n%_qt5_epoch 0\n"


def test_the_distribution_s_own_package_stands_for_the_one_it_was_made_from(tmp_path: Path) -> None:
    both = tree(tmp_path, redhat_rpm_config__macros="%a 1\n", azurelinux_rpm_config__macros="%a 2\n")
    assert [file.origin for file in both.files[1:-1]] == ["azurelinux-rpm-config"]


def test_links_are_no_macro_files(tmp_path: Path) -> None:
    (tmp_path / "perl").mkdir()
    (tmp_path / "perl" / "macros.perl").symlink_to("/etc/passwd")
    assert len(tree(tmp_path).files) == 2


def test_the_digest_covers_content_names_and_order() -> None:
    one = MacroFile(path="a", content=b"%a 1\n", origin="x")
    other = MacroFile(path="b", content=b"%b 1\n", origin="x")
    sets = [(one, other), (other, one), (one,), (MacroFile(path="c", content=one.content, origin="x"), other)]
    assert len({MacroSet(files=files).digest for files in sets}) == len(sets)
    assert MacroSet(files=(one,)).digest != MacroSet(files=(one,), complete=True).digest
