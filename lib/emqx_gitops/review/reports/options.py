"""What a caller may ask of a report."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_BUDGET = 1_000
"""Characters that a comment needs to say anything at all."""


@dataclass(frozen=True)
class Options:
    """How a review is shown; each format reads what concerns it. Raises `ValueError`."""

    width: int = 80
    """Columns of the terminal."""
    color: bool = False
    """Whether the terminal shows colour; `NO_COLOR` is the caller's business."""
    budget: int = 60_000
    """Most characters of a Markdown comment; GitHub takes 65,536."""
    title: str = "dist"
    """Names the review: its comment is found again by it, and the page is headed with it."""
    link: str = ""
    """Address of the full report, for a comment that had to leave something out."""
    version: str = ""
    """Version of the program, for the formats that name their tool."""

    def __post_init__(self) -> None:
        """Refuse a budget that holds nothing."""
        if self.budget < SMALLEST_BUDGET:
            raise ValueError(f"a comment needs {SMALLEST_BUDGET:,} characters or more")
