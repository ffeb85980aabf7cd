"""A number of a command line within bounds: neither infinite, nor the one that is in no range and beyond none."""

import math

import click


class FiniteRange(click.FloatRange):
    """A `click.FloatRange` that takes neither `nan`, which no comparison keeps out, nor `inf`."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number to count with", param, ctx)
        return number
