"""Compose, signing, repository metadata, publishing and the client-side check."""
