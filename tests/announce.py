"""What tests say before they end."""

from __future__ import annotations

import sys


def announce(message: str) -> None:
    """Say at once what takes so long: a first build of a program takes minutes."""
    # Past pytest, which shows nothing before the end.
    print(message, file=sys.__stderr__, flush=True)
