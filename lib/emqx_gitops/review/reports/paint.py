"""Colours of a terminal: sixteen-colour sequences, which every theme makes readable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emqx_gitops.review.model import Outcome

Style = Literal[
    "bold", "dim", "red", "green", "yellow", "blue", "magenta", "cyan", "alarm", "fresh"
]

_CODES: dict[Style, str] = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "alarm": "1;31",
    "fresh": "1;32",
}

OUTCOMES: dict[Outcome, Style] = {
    Outcome.DATA_LOSS: "alarm",
    Outcome.CLUSTER_SPLIT: "alarm",
    Outcome.REFUSED: "alarm",
    Outcome.INTERRUPTION: "red",
    Outcome.WIDENED: "magenta",
    Outcome.ROLLING_RESTART: "yellow",
    Outcome.UNKNOWN: "cyan",
    Outcome.IN_PLACE: "green",
    Outcome.NONE: "dim",
}
"""Style of each outcome; the word itself is always there too."""


@dataclass(frozen=True)
class Paint:
    """Puts colour around text, or leaves it as it is."""

    on: bool

    def __call__(self, style: Style, text: str) -> str:
        """Return *text* in *style*."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and text else text
