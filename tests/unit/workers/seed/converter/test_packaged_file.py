import stat

from workers.seed.converter.packaged_file import PackagedFile


def test_owner_and_permissions_are_said_for_each_file() -> None:
    file = PackagedFile(path="/usr/bin/chage", mode=stat.S_IFREG | 0o2755, group="shadow")
    assert file.line() == '%attr(2755, root, shadow) "/usr/bin/chage"'


def test_directories_and_configuration_are_marked() -> None:
    assert PackagedFile(path="/etc/x", mode=stat.S_IFDIR | 0o755).line() == '%attr(0755, root, root) %dir "/etc/x"'
    config = PackagedFile(path="/etc/x.conf", mode=stat.S_IFREG | 0o644, is_config=True)
    assert config.line() == '%attr(0644, root, root) %config(noreplace) "/etc/x.conf"'


def test_a_link_has_no_permissions_of_its_own() -> None:
    assert PackagedFile(path="/bin/sh", mode=stat.S_IFLNK | 0o777).line() == '%attr(-, root, root) "/bin/sh"'


def test_macros_and_quotes_in_a_path_are_literal() -> None:
    file = PackagedFile(path='/a/%{nil} "b"\\[', mode=stat.S_IFREG | 0o644)
    assert file.line() == '%attr(0644, root, root) "/a/%%{nil} \\"b\\"\\\\["'
