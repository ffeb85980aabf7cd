"""Runs the real state machine and policy under a virtual clock."""
