from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from builders.rpm_file import rpm_bytes

from farm.environment import variable
from farm.rpm import reader
from farm.rpm.reader import BadRpmError, read_rpms
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Limits, Sandbox

pytestmark = [pytest.mark.hostile, pytest.mark.integration]


@pytest.fixture(scope="module")
def real() -> bytes:
    """A real RPM of at least 10 KiB."""
    seed = variable("FARM_TEST_SEED")
    if not seed:
        pytest.skip("no seed repository: infra/check makes one and names it in FARM_TEST_SEED")
    sizes = sorted((path.stat().st_size, path) for path in sorted(Path(seed).rglob("*.rpm")))
    return next(path for size, path in sizes if size > 10_240).read_bytes()


def edited(data: bytes, position: int) -> bytes:
    copy = bytearray(data)
    copy[position] ^= 0x55
    return bytes(copy)


def with_claim(data: bytes, position: int) -> bytes:
    """Claim four billion entries in a header."""
    return data[: position + 8] + b"\xff\xff\xff\xff" + data[position + 12 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"#!/bin/sh\nexit 0\n" * 100,
    "only a lead": lambda data: data[:96],
    "cut in the signature": lambda data: data[:200],
    "cut in the header": lambda data: data[:5000],
    "cut in the payload": lambda data: data[:-1],
    "payload edited": lambda data: edited(data, len(data) - 20),
    "header edited": lambda data: edited(data, 5200),
    "signature header edited": lambda data: edited(data, 150),
    "something appended": lambda data: data + b"x",
    "huge signature header": lambda data: with_claim(data, 96),
    "huge header": lambda data: with_claim(data, data.index(b"\x8e\xad\xe8\x01", 200)),
    "right structure, no content": lambda _: rpm_bytes(),
    "a signature of nonsense": lambda _: rpm_bytes(signature={1005: "x" * 70_000}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_broken_rpm_is_named_and_nothing_else_happens(
    damage: Callable[[bytes], bytes], real: bytes, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.rpm", tmp_path / "bad.rpm"
    good.write_bytes(real)
    bad.write_bytes(damage(real))
    with pytest.raises(BadRpmError) as caught:
        read_rpms([good, bad])
    assert caught.value.what.startswith("bad.rpm ")
    assert caught.value.why
    assert len(read_rpms([good])) == 1


@pytest.mark.parametrize("target", ["/etc/shadow", "/proc/self/mem", "/dev/zero"])
def test_only_files_are_read(target: str, tmp_path: Path) -> None:
    (tmp_path / "link.rpm").symlink_to(target)
    with pytest.raises(BadRpmError):
        read_rpms([tmp_path / "link.rpm"])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -SEGV $$", "died with status 139"),
        ("sleep 60", "takes too long"),
        ("yes '{}'", "not a NEVRA"),
        ("tr '\\0' x < /dev/zero", "too much output"),
        ("exit 1", "died with status 1"),
    ],
)
def test_the_farm_survives_its_reader(
    script: str, words: str, real: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another(sandbox: Sandbox, _argv: Sequence[str]) -> SandboxResult:
        limits = Limits(seconds=1.0, output_bytes=100_000)
        return run_in_sandbox(replace(sandbox, limits=limits), ["sh", "-c", script])

    monkeypatch.setattr(reader, "run_in_sandbox", another)
    (tmp_path / "evil.rpm").write_bytes(real)
    with pytest.raises(BadRpmError) as caught:
        read_rpms([tmp_path / "evil.rpm"])
    assert "evil.rpm" in caught.value.what
    assert words in caught.value.why
