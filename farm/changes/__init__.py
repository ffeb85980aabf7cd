"""Which input of a component changed between two commits of the project."""
