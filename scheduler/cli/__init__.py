"""The scheduler's commands, one module each."""
