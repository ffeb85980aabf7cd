"""Deterministic surroundings for the builds of one build id: all that must not reach the output, varied."""

import hashlib
from dataclasses import dataclass, replace

from farm.build import Variation
from farm.digest import Digest

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surroundings:
    """One row of what is varied together; host, user and clock get a part of the build id as well."""

    user: str
    days: int
    umask: int
    locale: str
    timezone: str
    cpus: int
    environment: tuple[tuple[str, str], ...] = ()


_FIRST = _Surroundings(user="builder", days=0, umask=0o022, locale="C.UTF-8", timezone="UTC", cpus=0)

_OTHERS = (
    # The clock leaves day, month, year, weekday and hour behind; the zone needs no tzdata in the buildroot.
    _Surroundings(
        user="verifier",
        days=400,
        umask=0o002,
        locale="C",
        timezone="GMT-14",
        cpus=1,
        environment=(("FARM_VARIATION", "this variable must not reach the output"),),
    ),
    _Surroundings(user="auditor", days=820, umask=0o007, locale="fr_FR.UTF-8", timezone="GMT+12", cpus=2),
    _Surroundings(user="witness", days=1270, umask=0o077, locale="POSIX", timezone="GMT-5:45", cpus=0),
)

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def further_variation(build_id: Digest, n: int) -> Variation:
    """Return the surroundings number `n`, counted from 0; 0 is the plain ones.

    They depend on build id and number alone, so that a repeated attempt repeats them exactly.

    Raises:
        ValueError: `n` is negative.
    """
    if n < 0:
        message = f"there are no surroundings number {n}"
        raise ValueError(message)
    name = _ORDINALS[n] if n < len(_ORDINALS) else f"build-{n + 1}"
    chance = hashlib.sha256(f"variation\n{build_id}\n{n}".encode()).digest()
    row = _FIRST if n == 0 else _OTHERS[(n - 1) % len(_OTHERS)]
    user = row.user if n <= len(_OTHERS) else f"{row.user}{n}"
    return Variation(
        name=name,
        hostname=f"{_syllables(chance[:4])}.{name}.invalid",
        time_offset=_offset(row.days + 1460 * ((n - 1) // len(_OTHERS)), chance[4:8]) if n else 0,
        umask=row.umask,
        locale=row.locale,
        timezone=row.timezone,
        cpus=row.cpus,
        user=user,
        home=f"/builddir/{user}",
        environment=row.environment,
    )


def on_cpus(variation: Variation, *, cpus: int, may_use: int) -> Variation:
    """Return surroundings with the number of CPUs that the build's place gives.

    Surroundings with all CPUs get what the place lets a build use; others as many as they name, and where the place
    has cores of the build's own, all of these but one: a big build is not made twice as long by verifying it on a
    single CPU. So the first two builds never see the same number, unless the machine has a single CPU.

    Args:
        cpus: cores that are set aside for the build.
        may_use: these and what is idle beside them; 0 is all of the machine.
    """
    if variation.cpus:
        return replace(variation, cpus=max(variation.cpus, cpus - 1))
    return replace(variation, cpus=may_use and max(may_use, cpus, 2))


def user_id(variation: Variation) -> int:
    """Return the uid and gid the build user has inside: 1000 for the first build, another for each other."""
    if variation.name == _ORDINALS[0]:
        return 1000
    return 2000 + int.from_bytes(hashlib.sha256(variation.name.encode()).digest()[:2]) % 50_000


def directory_seed(build_id: Digest, variation: Variation) -> str:
    """Return the UUID that seeds the order in which directories of the workspace list their entries."""
    digits = hashlib.sha256(f"directory-order\n{build_id}\n{variation.name}".encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def _offset(days: int, chance: bytes) -> int:
    """Return seconds: whole days, half a day at most beside them, and an odd second, so that every field differs."""
    return days * _DAY + 3_661 + int.from_bytes(chance) % 39_600


def _syllables(chance: bytes) -> str:
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    pairs = [consonants[byte % len(consonants)] + vowels[byte // 16 % len(vowels)] for byte in chance]
    return "".join(pairs)
