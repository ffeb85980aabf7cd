"""Edits inside source archives: unpacked in a sandbox, changed, and packed again, the same bytes every time."""
