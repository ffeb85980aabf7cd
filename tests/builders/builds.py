"""Builds with all their parts, of which a test names only what it is about."""

from dataclasses import replace

from farm.build import BuildInputs, BuildOutcome, BuildResult, BuiltRpm, FailureCause, Variation
from farm.digest import Digest, digest_bytes
from farm.nevra import Nevra
from farm.verdict import RpmDifference, Verdict, VerdictStatus


def digest(text: str) -> Digest:
    """Return a digest that differs with the text."""
    return digest_bytes(text.encode())


def nevra(text: str = "curl-8.9.1-1.x86_64") -> Nevra:
    return Nevra.parse(text)


def built_rpm(text: str = "curl-8.9.1-1.x86_64", *, content: str = "") -> BuiltRpm:
    """Return an RPM whose digests follow from its name and content."""
    key = f"{text} {content}"
    return BuiltRpm(
        nevra=nevra(text),
        digest=digest(key),
        size=1000,
        header=digest(f"header {key}"),
        payload=digest(f"payload {key}"),
    )


def variation(name: str = "first") -> Variation:
    return Variation(
        name=name,
        hostname="builder",
        time_offset=0,
        umask=0o022,
        locale="C.UTF-8",
        timezone="UTC",
        cpus=2,
        user="mockbuild",
        home="/builddir",
        environment=(("CAPTURED", "no"),),
    )


def build_inputs() -> BuildInputs:
    """Return a fixed example: its build id is a golden value of a test."""
    return BuildInputs(
        component="curl",
        arch="x86_64",
        source_rpm=digest("source RPM"),
        buildroot=digest("buildroot"),
        macros=digest("macros"),
        sandbox="1",
        epoch=1_700_000_000,
    )


def build_result(
    build: str = "curl", *, of: str = "first", rpms: tuple[BuiltRpm, ...] | None = None, worker: str = "worker-1"
) -> BuildResult:
    return BuildResult(
        build_id=digest(build),
        component="curl",
        arch="x86_64",
        variation=variation(of),
        outcome=BuildOutcome.SUCCEEDED,
        rpms=(built_rpm(),) if rpms is None else rpms,
        log=digest("log"),
        worker=worker,
        started="2026-01-01T00:00:00.000Z",
        seconds=12.5,
        rpmbuild_seconds=11.0,
        cause=None,
    )


def failed_result(build: str = "curl", *, of: str = "first") -> BuildResult:
    cause = FailureCause(
        category="compiler", summary="error: no such thing", lines=("error: no such thing",), first_line=7
    )
    return replace(build_result(build, of=of), outcome=BuildOutcome.FAILED, rpms=(), cause=cause)


def verdict(
    build: str = "curl",
    *,
    status: VerdictStatus = VerdictStatus.REPRODUCIBLE,
    rpms: tuple[BuiltRpm, ...] | None = None,
) -> Verdict:
    differs = RpmDifference(filename="curl-8.9.1-1.x86_64.rpm", first=digest("one"), second=digest("other"))
    return Verdict(
        build_id=digest(build),
        component="curl",
        arch="x86_64",
        status=status,
        rpms=(built_rpm(),) if rpms is None else rpms,
        builds=("first", "second"),
        differences=() if status is VerdictStatus.REPRODUCIBLE else (differs,),
        causes=(),
        report=None,
        html_report=None,
    )
