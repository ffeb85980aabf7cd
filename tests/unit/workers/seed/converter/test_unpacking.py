import stat
import tarfile
from pathlib import Path

import pytest
from builders.debs import Member, deb, directory, link

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.unpacking import Unpacking


def unpacked(tmp_path: Path, *members: Member, package: str = "hello", config: tuple[str, ...] = ()) -> Unpacking:
    root = tmp_path / "tree"
    root.mkdir()
    tree = Unpacking(package, root, config)
    tree.unpack(deb(tmp_path / "hello.deb", members))
    return tree


def test_files_keep_content_owner_and_permissions(tmp_path: Path) -> None:
    member = Member(name="./usr/bin/chage", content=b"x", mode=0o2755, group="shadow")
    tree = unpacked(tmp_path, directory("./"), directory("./usr/"), directory("./usr/bin/"), member)
    file = tree.files["/usr/bin/chage"]
    assert (stat.S_IMODE(file.mode), file.user, file.group) == (0o2755, "root", "shadow")
    assert tree.read("/usr/bin/chage") == b"x"
    assert list(tree.files) == ["/usr/bin/chage"]


def test_paths_are_merged_and_documentation_is_left_out(tmp_path: Path) -> None:
    tree = unpacked(
        tmp_path,
        directory("./bin/"),
        Member(name="./bin/sh"),
        Member(name="./usr/share/doc/hello/README"),
        Member(name="./usr/share/doc/hello/copyright"),
    )
    assert sorted(tree.files) == ["/usr/bin/sh", "/usr/share/doc/hello/copyright"]


def test_a_compatibility_link_to_the_file_itself_disappears_in_the_merge(tmp_path: Path) -> None:
    tree = unpacked(tmp_path, link("./usr/bin/x", "/bin/x"), Member(name="./bin/x", content=b"program"))
    assert tree.read("/usr/bin/x") == b"program"
    assert not tree.files["/usr/bin/x"].is_link


def test_a_shared_object_becomes_executable_or_rpm_would_not_look_at_it(tmp_path: Path) -> None:
    tree = unpacked(tmp_path, Member(name="./usr/lib/liba.so.1", content=b"\x7fELF"), Member(name="./usr/lib/a.so"))
    assert stat.S_IMODE(tree.files["/usr/lib/liba.so.1"].mode) == 0o755
    assert stat.S_IMODE(tree.files["/usr/lib/a.so"].mode) == 0o644


def test_conffiles_are_marked(tmp_path: Path) -> None:
    tree = unpacked(tmp_path, Member(name="./etc/a.conf"), Member(name="./etc/b.conf"), config=("/etc/a.conf",))
    assert [path for path, file in tree.files.items() if file.is_config] == ["/etc/a.conf"]


def test_hard_links_share_their_content(tmp_path: Path) -> None:
    hard = Member(name="./usr/bin/b", kind=tarfile.LNKTYPE, link="./usr/bin/a")
    tree = unpacked(tmp_path, Member(name="./usr/bin/a", content=b"x"), hard)
    assert (tree.root / "usr/bin/a").stat().st_ino == (tree.root / "usr/bin/b").stat().st_ino


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ((Member(name="../evil"),), "leaves the root"),
        ((Member(name="./usr/../../evil"),), "leaves the root"),
        ((Member(name="/etc/evil"),), "leaves the root"),
        ((Member(name="./a\nb"),), "control characters"),
        ((Member(name="./dev/sda", kind=tarfile.BLKTYPE),), "device, socket or pipe"),
        ((Member(name="./dev/null", kind=tarfile.CHRTYPE),), "device, socket or pipe"),
        ((Member(name="./run/pipe", kind=tarfile.FIFOTYPE),), "device, socket or pipe"),
        ((link("./opt/x", "/etc"), Member(name="./opt/x/passwd")), "behind what is no directory"),
        ((Member(name="./opt/x"), Member(name="./opt/x/y")), "behind what is no directory"),
        ((Member(name="./opt/x"), Member(name="./opt/x")), "there twice"),
        ((Member(name="./opt/y", kind=tarfile.LNKTYPE, link="./etc/shadow"),), "hard link to what is not there"),
        ((Member(name="./opt/y", kind=tarfile.LNKTYPE, link="../../etc/shadow"),), "leaves the root"),
        ((link("./opt/x", "a\nb"),), "a link to"),
        ((Member(name="./opt/x", user="root) %dir"),), "an owner that is no name"),
    ],
)
def test_what_no_package_may_have_is_refused(tmp_path: Path, members: tuple[Member, ...], words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        unpacked(tmp_path, *members)
    assert not (tmp_path / "evil").exists()


@pytest.mark.hostile
@pytest.mark.parametrize("kept", [0, 4, 60, 130, 400])
def test_a_truncated_package_is_refused(tmp_path: Path, kept: int) -> None:
    path = deb(tmp_path / "hello.deb", [Member(name="./usr/share/x", content=bytes(range(256)) * 64)])
    path.write_bytes(path.read_bytes()[:kept])
    tree = Unpacking("hello", tmp_path, ())
    with pytest.raises(ConversionError):
        tree.unpack(path)
