from scheduler.worker_node import UNBOUNDED, WorkerNode


def test_a_machine_has_no_slots_for_what_it_does_not_name() -> None:
    worker = WorkerNode(name="w", cpus=8, slots=(("aarch64", 2), ("x86_64", 8)))
    assert (worker.slots_of("x86_64"), worker.slots_of("aarch64"), worker.slots_of("riscv64")) == (8, 2, 0)
    assert worker.memory_bytes == UNBOUNDED
