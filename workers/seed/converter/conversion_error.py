"""The one error of the converter; the farm's own tree does not exist where it runs."""


class ConversionError(Exception):
    """A package cannot be converted: its content is broken, hostile or unknown to the rules."""
