from farm.sandbox.accounts import group_file, passwd_file


def test_passwd_has_root_the_user_and_nobody_in_order() -> None:
    lines = passwd_file("builder", 1000, 1001, "/builddir").decode().splitlines()
    assert [line.split(":")[0] for line in lines] == ["root", "builder", "nobody"]
    assert "builder:x:1000:1001:builder:/builddir:/bin/sh" in lines


def test_the_user_may_have_the_number_of_another() -> None:
    assert passwd_file("builder", 65534, 65534, "/").decode().count(":65534:") == 1


def test_group_has_the_group() -> None:
    assert "builder:x:1000:\n" in group_file("builder", 1000).decode()
