from pathlib import Path

from workers.seed.converter.fixups import apply_fixups, scriptlets
from workers.seed.converter.unpacking import Unpacking


def tree(tmp_path: Path, package: str) -> Unpacking:
    return Unpacking(package, tmp_path, ())


def test_base_files_brings_the_links_and_the_mount_points(tmp_path: Path) -> None:
    files = tree(tmp_path, "base-files")
    apply_fixups("base-files", files)
    assert (tmp_path / "lib64").readlink() == Path("usr/lib64")
    assert files.files["/tmp"].line() == '%attr(1777, root, root) %dir "/tmp"'


def test_base_passwd_brings_the_users_that_rpm_requires(tmp_path: Path) -> None:
    files = tree(tmp_path, "base-passwd")
    files.add_file("/usr/share/base-passwd/passwd.master", b"root:*:0:0:root:/root:/bin/bash\n")
    files.add_file("/usr/share/base-passwd/group.master", b"root:*:0:\nshadow:*:42:\n")
    assert apply_fixups("base-passwd", files) == ("user(root)", "group(root)", "group(shadow)")
    assert files.files["/etc/passwd"].is_config


def test_ca_certificates_brings_the_bundle_in_a_fixed_order(tmp_path: Path) -> None:
    files = tree(tmp_path, "ca-certificates")
    for name in ("b", "a"):
        files.add_file(f"/usr/share/ca-certificates/mozilla/{name}.crt", name.encode())
    apply_fixups("ca-certificates", files)
    assert files.read("/etc/ssl/certs/ca-certificates.crt") == b"ab"


def test_other_packages_are_left_alone(tmp_path: Path) -> None:
    files = tree(tmp_path, "hello")
    assert apply_fixups("hello", files) == ()
    assert files.files == {}
    assert scriptlets("hello") == ()
    assert scriptlets("libc-bin")
