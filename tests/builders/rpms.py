"""Small real RPMs, made by the host's rpmbuild."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from farm.process import BASE_ENVIRONMENT, check

_EPOCH = "1700000000"

_SPEC = """\
Name: {name}
Version: {version}
Release: {release}
Summary: A small package
License: MIT
{tags}

%description
A small package with one file.

%install
mkdir -p %{{buildroot}}/usr/share/{name} %{{buildroot}}/usr/bin
echo '{content}' > %{{buildroot}}/usr/share/{name}/content
printf '#!/bin/bash\\necho hello from {name} {version}\\n' > %{{buildroot}}/usr/bin/{name}
chmod 755 %{{buildroot}}/usr/bin/{name}

%files
/usr/share/{name}
/usr/bin/{name}
"""


def make_rpm(
    directory: Path, name: str, *, version: str = "1", arch: str = "x86_64", content: str = "content", tags: str = ""
) -> Path:
    """Build a binary RPM into a directory and return it.

    Args:
        arch: `noarch` or an architecture; nothing in it depends on one.
        tags: further lines of the preamble.
    """
    if arch == "noarch":
        tags = f"BuildArch: noarch\n{tags}"
    return _rpmbuild(directory, name, version=version, arch=arch, content=content, tags=tags, what="-bb")


def make_source_rpm(directory: Path, name: str, *, version: str = "1", content: str = "content") -> Path:
    """Build a source RPM into a directory and return it."""
    return _rpmbuild(directory, name, version=version, arch="noarch", content=content, tags="", what="-bs")


def _rpmbuild(directory: Path, name: str, *, version: str, arch: str, content: str, tags: str, what: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    text = _SPEC.format(name=name, version=version, release="1", tags=tags.strip(), content=content)
    with TemporaryDirectory(prefix="make-rpm-") as scratch:
        spec = Path(scratch, f"{name}.spec")
        spec.write_text(text, "utf-8")
        defines = {
            "_topdir": scratch,
            "_dbpath": f"{scratch}/db",
            "_buildhost": "builder",
            "use_source_date_epoch_as_buildtime": "1",
            "clamp_mtime_to_source_date_epoch": "1",
            "debug_package": "%{nil}",
            "__os_install_post": "%{nil}",
        }
        words = [word for key, value in defines.items() for word in ("--define", f"{key} {value}")]
        target = ["--target", f"{arch}-linux"] if arch != "noarch" else []
        environment = {**BASE_ENVIRONMENT, "HOME": scratch, "SOURCE_DATE_EPOCH": _EPOCH}
        check(["rpmbuild", *words, *target, "--nodeps", what, str(spec)], environment=environment)
        (made,) = Path(scratch).rglob("*.rpm")
        return made.replace(directory / made.name) if _same_device(made, directory) else _copy(made, directory)


def _same_device(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _copy(source: Path, directory: Path) -> Path:
    target = directory / source.name
    target.write_bytes(source.read_bytes())
    return target


@dataclass(frozen=True, kw_only=True)
class SmallRpms:
    """RPM files that several tests use; no test may change them."""

    hello: Path
    hello2: Path
    hello_source: Path
    hello2_source: Path
    text: Path
    text_source: Path


def make_small_rpms(directory: Path) -> SmallRpms:
    """Build them."""
    return SmallRpms(
        hello=make_rpm(directory, "hello"),
        hello2=make_rpm(directory, "hello", version="2"),
        hello_source=make_source_rpm(directory, "hello"),
        hello2_source=make_source_rpm(directory, "hello", version="2"),
        text=make_rpm(directory, "text", arch="noarch"),
        text_source=make_source_rpm(directory, "text"),
    )
