"""The way to a value in a TOML document."""

Keys = tuple[str | int, ...]
"""Table keys, and positions in arrays from 0."""
