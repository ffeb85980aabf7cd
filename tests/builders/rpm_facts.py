"""Facts of RPMs that only tests know."""

from farm.build import BuiltRpm
from farm.rpm_facts import RpmFacts


def facts_of(rpm: BuiltRpm, *, source_rpm: str = "") -> RpmFacts:
    """Return facts that fit a built RPM; its package provides its own name."""
    nevra = rpm.nevra
    primary = (
        f'<package type="rpm"><name>{nevra.name}</name><arch>{nevra.arch}</arch>'
        f'<version epoch="{nevra.epoch}" ver="{nevra.version}" rel="{nevra.release}"/>'
        f'<checksum type="sha256" pkgid="YES">{rpm.digest}</checksum><location href="{nevra.filename}"/>'
        '<format><rpm:provides><rpm:entry name="'
        f'{nevra.name}" flags="EQ" epoch="{nevra.epoch}" ver="{nevra.version}" rel="{nevra.release}"/>'
        "</rpm:provides></format></package>\n"
    )
    identity = f'<package pkgid="{rpm.digest}" name="{nevra.name}" arch="{nevra.arch}"/>\n'
    return RpmFacts(
        nevra=nevra,
        digest=rpm.digest,
        size=rpm.size,
        source_rpm=source_rpm or f"{nevra.name}-{nevra.version}-{nevra.release}.src.rpm",
        header=rpm.header,
        payload=rpm.payload,
        signed=False,
        primary=primary,
        filelists=identity,
        other=identity,
    )
