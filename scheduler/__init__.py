"""Repository solving, buildroot locks, the DAG, the plan, the state machine and its Ray runner."""
