"""Buildroots, builds, variation, comparison and what explains a difference."""
