"""One thing that a check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What somebody should look at.

    Attributes:
        is_error: nothing can be built so; otherwise something may do what nobody meant.
        place: file and line, or the file alone.
        component: empty where it is not about one.
    """

    is_error: bool
    place: str
    component: str
    message: str

    def __str__(self) -> str:
        """Return one line for a person."""
        kind = "error" if self.is_error else "warning"
        about = f"{self.component}: " if self.component else ""
        return f"{self.place}: {kind}: {about}{self.message}"
