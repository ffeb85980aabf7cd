"""A small list with its packages, and a voice that remembers, for tests that make a whole seed."""

from builders.debs import Member, directory, link

from workers.seed.seed import Voice

LIST = """
suite = "trixie"
names = "names.toml"
packages = ["hello"]
[[local]]
spec = "local/macros.spec"
"""
NAMES = """
python = "3.13"
ignored = ["dpkg"]
[package.libhello-dev]
names = ["greeting-devel"]
"""
SPEC = """
Name: macros
Version: 1
Release: 1
Summary: Macros
License: MIT
BuildArch: noarch
Source0: macros.x
%description
Macros.
%install
install -D -m 644 %{SOURCE0} %{buildroot}/usr/lib/rpm/macros.d/macros.x
%files
/usr/lib/rpm/macros.d/macros.x
%changelog
* Mon Jun 01 2026 Farm <farm@farm.invalid> - 1-1
- Begin
"""
HELLO = (
    "hello",
    {"Depends": "libhello-dev (>= 1.0), libhello-dev | dpkg", "Version": "2.0-1"},
    [directory("./usr/bin/"), Member(name="./usr/bin/hello", content=b"#!/usr/bin/hello\n", mode=0o755)],
)
LIBRARY = (
    "libhello-dev",
    {"Version": "1.5"},
    [Member(name="./usr/include/hello.h", content=b"/* */"), link("./usr/share/hello", "../include")],
)


class RecordingVoice:
    """Remembers what was said and how many packages were converted."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.converted = 0

    def voice(self) -> Voice:
        """Return it as the seed wants it."""
        return Voice(say=self.said.append, progress=self._progress)

    def _progress(self, done: int, _total: int) -> None:
        self.converted = done
