"""How far two readers agree on the same specs, field by field, and where they do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farm.requires.reading import PackageReading, SpecReading

FIELDS = (
    "build_requires",
    "dynamic",
    "source",
    "packages",
    "provides",
    "requires",
    "exclusive_arch",
    "exclude_arch",
    "sources",
    "patches",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field in which two readers differ on a spec.

    Attributes:
        only_truth: what only the reader that knows says, in words; `only_other` what only the other says.
        guesses: what the other said it could not know: as a rule, the reason.
    """

    component: str
    field: str
    only_truth: tuple[str, ...]
    only_other: tuple[str, ...]
    guesses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What came of comparing.

    Attributes:
        compared: specs that both readers could read.
        unread: component to the error of the one that could not, or of both.
        agreeing: by field, in how many of the compared specs it is the same.
    """

    compared: int
    unread: Mapping[str, str]
    agreeing: Mapping[str, int]
    differences: tuple[Difference, ...]

    def share(self, field: str) -> float:
        """Return in what share of the compared specs a field is the same."""
        return self.agreeing[field] / self.compared if self.compared else 1.0


def compare_readings(truth: Sequence[SpecReading], other: Sequence[SpecReading]) -> Agreement:
    """Compare the readings of two readers, which are of the same specs in the same order."""
    unread: dict[str, str] = {}
    agreeing: Counter[str] = Counter(dict.fromkeys(FIELDS, 0))
    differences: list[Difference] = []
    for one, two in zip(truth, other, strict=True):
        if one.error or two.error:
            errors = [f"{each.reader}: {each.error}" for each in (one, two) if each.error]
            unread[one.component] = "; ".join(errors)
            continue
        said, also_said = _fields(one), _fields(two)
        for field in FIELDS:
            if said[field] == also_said[field]:
                agreeing[field] += 1
            else:
                differences.append(_difference(field, two, said[field], also_said[field]))
    compared = len(truth) - len(unread)
    return Agreement(compared=compared, unread=unread, agreeing=agreeing, differences=tuple(differences))


def _difference(field: str, other: SpecReading, said: frozenset[str], also_said: frozenset[str]) -> Difference:
    return Difference(
        component=other.component,
        field=field,
        only_truth=tuple(sorted(said - also_said)),
        only_other=tuple(sorted(also_said - said)),
        guesses=other.guesses,
    )


def _fields(reading: SpecReading) -> Mapping[str, frozenset[str]]:
    return {
        "build_requires": frozenset(reading.build_requires),
        "dynamic": frozenset(("dynamic",) if reading.dynamic else ()),
        "source": frozenset((str(reading.source),)),
        "packages": frozenset(f"{package.name}.{package.arch}" for package in reading.packages),
        "provides": _of_packages(reading.packages, "provides"),
        "requires": _of_packages(reading.packages, "requires"),
        "exclusive_arch": frozenset(reading.exclusive_arch),
        "exclude_arch": frozenset(reading.exclude_arch),
        "sources": frozenset(reading.sources),
        "patches": frozenset(reading.patches),
    }


def _of_packages(packages: Sequence[PackageReading], field: str) -> frozenset[str]:
    return frozenset(
        f"{package.name}: {text}"
        for package in packages
        for text in (package.provides if field == "provides" else package.requires)
    )
