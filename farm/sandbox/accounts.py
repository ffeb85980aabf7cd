"""`/etc/passwd` and `/etc/group` of a sandbox: pure."""

NOBODY = 65534


def passwd_file(name: str, uid: int, gid: int, home: str) -> bytes:
    """Return a passwd file with root, one user and nobody."""
    rows = {
        0: "root:x:0:0:root:/root:/bin/sh",
        NOBODY: f"nobody:x:{NOBODY}:{NOBODY}:nobody:/:/usr/sbin/nologin",
        uid: f"{name}:x:{uid}:{gid}:{name}:{home}:/bin/sh",
    }
    return _lines(rows)


def group_file(name: str, gid: int) -> bytes:
    """Return a group file with root, tty (it owns terminals), one group and nogroup."""
    return _lines({0: "root:x:0:", 5: "tty:x:5:", NOBODY: f"nogroup:x:{NOBODY}:", gid: f"{name}:x:{gid}:"})


def _lines(rows: dict[int, str]) -> bytes:
    return "".join(f"{rows[number]}\n" for number in sorted(rows)).encode()
