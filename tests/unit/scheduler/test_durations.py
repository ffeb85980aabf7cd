from scheduler.durations import PRIOR, Duration, Durations
from scheduler.node import Node

GCC, SED = Node("gcc", "x86_64"), Node("sed", "x86_64")


def test_what_is_not_known_is_a_prior() -> None:
    durations = Durations(known={GCC: Duration(seconds=3600.0, samples=4)})
    assert durations.seconds(GCC) == 3600.0
    assert durations.of(SED) == PRIOR
    assert PRIOR.samples == 0
