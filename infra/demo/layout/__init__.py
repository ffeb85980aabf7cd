"""Lays the demo's dist-git repositories and lookaside out on this machine."""
