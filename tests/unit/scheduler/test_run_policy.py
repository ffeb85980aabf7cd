from farm.build import BuildLimits
from scheduler.durations import Duration, Durations
from scheduler.learned_demands import Use
from scheduler.node import Node
from scheduler.policy import Ask, Urgency
from scheduler.run_policy import run_policy

GCC, SED = Node("gcc", "x86_64"), Node("sed", "x86_64")


def test_what_is_expected_to_take_long_gets_more_of_a_machine() -> None:
    durations = Durations(known={GCC: Duration(seconds=7200.0)})
    ask = Ask(urgency=Urgency.SECURITY, requester="ann")
    policy = run_policy([GCC, SED], durations, {}, BuildLimits(), ask)
    assert (policy.demand_of(GCC).cpus, policy.demand_of(SED).cpus) == (8, 1)
    assert (policy.ask, policy.durations) == (ask, durations)
    assert policy.demand_of(Node("new", "x86_64")).cpus == 1


def test_what_was_measured_is_what_a_build_is_given() -> None:
    uses = {SED: [Use(memory_bytes=2**30, disk_bytes=2**31)]}
    demand = run_policy([GCC, SED], Durations(), uses, BuildLimits(), Ask()).demand_of(SED)
    assert (demand.memory_bytes, demand.disk_bytes, demand.measured) == (3 * 2**29, 2**32, True)
