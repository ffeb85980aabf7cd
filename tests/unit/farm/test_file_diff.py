from farm.file_diff import diff_files


def test_files_are_compared_by_name() -> None:
    before = {"same": b"x\n", "gone": b"a\n", "edited": b"1\n2\n3\n"}
    after = {"same": b"x\n", "new": b"b\n", "edited": b"1\ntwo\n3\n"}
    assert diff_files(before, after) == (
        "--- a/edited\n+++ b/edited\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n"
        "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
        "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+b\n"
    )
    assert diff_files(before, before) == ""


def test_a_missing_last_newline_is_shown() -> None:
    assert diff_files({"a": b"x"}, {"a": b"x\n"}).endswith("-x\n\\ No newline at end of file\n+x\n")


def test_binary_files_are_only_said_to_differ() -> None:
    assert diff_files({"a": b"\0"}, {"a": b"\1\0"}) == "Binary files a/a and b/a differ\n"


def test_odd_line_separators_are_no_line_ends() -> None:
    assert "-a\x0cb\x85\n" not in diff_files({"a": b"a\x0cb\n"}, {"a": b"a\x0cc\n"})
    assert "-a\x0cb\n+a\x0cc\n" in diff_files({"a": b"a\x0cb\n"}, {"a": b"a\x0cc\n"})
