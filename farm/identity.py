"""The one place where random names enter: run ids, lease holders, scratch names."""

import secrets


def random_name(prefix: str) -> str:
    """Return a fresh name such as `run-3f9a1c20`."""
    return f"{prefix}-{secrets.token_hex(6)}"
