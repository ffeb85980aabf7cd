"""Overlays as data, and the engine that applies them to a component's files."""
